/** Messages for agents that are not attached, between being let in and lying in the inbox. */
export class Arriving {
  #counts = new Map<string, number>();

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, committed: Promise<unknown>): void {
    this.#counts.set(name, this.count(name) + 1);
    const settle = (): void => {
      const left = this.count(name) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    };
    committed.then(settle, settle);
  }
}

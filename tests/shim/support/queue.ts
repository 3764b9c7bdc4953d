/** What events bring, to be awaited one by one. Ends with `undefined` for ever. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T | undefined) => void)[] = [];
  #ended = false;

  push(item: T): void {
    const first = this.#waiting.shift();
    if (first === undefined) this.#items.push(item);
    else first(item);
  }

  end(): void {
    this.#ended = true;
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
  }

  async next(): Promise<T | undefined> {
    if (this.#items.length > 0) return this.#items.shift();
    if (this.#ended) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The first that fits; those before it are gone. */
  async find(fits: (item: T) => boolean): Promise<T | undefined> {
    for (;;) {
      const item = await this.next();
      if (item === undefined || fits(item)) return item;
    }
  }

  /** What has come and was not awaited. */
  rest(): T[] {
    return this.#items.splice(0);
  }
}

interface Waiter<T> {
  take: (item: T) => boolean;
  fail: (why: string) => void;
}

/** How much of the past an error message shows. */
const SHOWN_ITEMS = 3;
const SHOWN_CHARACTERS = 300;

/** Everything of one kind that has come, in order, and those who wait for one of them. */
export class Journal<T> {
  readonly all: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #listeners = new Set<(item: T) => void>();
  #ended: string | undefined;

  record(item: T): void {
    this.all.push(item);
    for (const listener of this.#listeners) listener(item);
    for (const waiter of this.#waiters) if (waiter.take(item)) this.#waiters.delete(waiter);
  }

  /** @returns a function that removes the listener */
  on(listener: (item: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first item, past or future, that fits.
   *
   * @throws Error that names `what` and the last items, after `timeoutMs` or when nothing can come
   */
  waitFor(predicate: (item: T) => boolean, what: string, timeoutMs: number): Promise<T> {
    const found = this.all.find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    const waited = new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        take: (item) => {
          if (!predicate(item)) return false;
          clearTimeout(deadline);
          resolve(item);
          return true;
        },
        fail: (why) => {
          clearTimeout(deadline);
          this.#waiters.delete(waiter);
          reject(new Error(`No ${what}: ${why}. ${this.#lastSeen()}`));
        },
      };
      const deadline = setTimeout(() => {
        waiter.fail(`not within ${timeoutMs} ms`);
      }, timeoutMs);
      if (this.#ended === undefined) this.#waiters.add(waiter);
      else waiter.fail(this.#ended);
    });
    return handled(waited);
  }

  /** Nothing will come any more: whoever waits learns why. */
  end(why: string): void {
    this.#ended ??= why;
    for (const waiter of [...this.#waiters]) waiter.fail(this.#ended);
  }

  #lastSeen(): string {
    const last = this.all.slice(-SHOWN_ITEMS).map((item) => JSON.stringify(item));
    if (last.length === 0) return 'Nothing came before.';
    const shown = last.map((text) => text.slice(0, SHOWN_CHARACTERS)).join(', ');
    return `The last of ${this.all.length} that came: ${shown}`;
  }
}

/**
 * The same promise, but one that may fail before anybody awaits it: a child that dies while its
 * user is at another step must not end the user's process. Who awaits it still gets the error.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

import type { Message } from '../protocol/envelope.js';

/** A message that is being made durable. */
export interface Arrival {
  message: Message;
  committed: Promise<unknown>;
}

/** Messages between being let in and lying in the inbox, by the name that they are for. */
export class Arriving {
  #arrivals = new Map<string, Set<Arrival>>();

  /** In the order in which they were let in. */
  of(name: string): Iterable<Arrival> {
    return this.#arrivals.get(name) ?? [];
  }

  add(name: string, message: Message, committed: Promise<unknown>): void {
    const arrival = { message, committed };
    const arrivals = this.#arrivals.get(name) ?? new Set();
    this.#arrivals.set(name, arrivals.add(arrival));
    const settle = (): void => {
      arrivals.delete(arrival);
      if (arrivals.size === 0) this.#arrivals.delete(name);
    };
    committed.then(settle, settle);
  }
}

import type { Forwarder } from './forwarder.js';

/**
 * How long a request waits for a daemon. The client gives up on a server that has not answered
 * `initialize` after 30 s, and then it shows no reason; a start takes up to a second or two, on a
 * machine under heavy load several.
 */
export const PATIENCE_MS = 15_000;

/** Watches over requests that wait while no daemon is attached. */
export class Patience {
  readonly #forwarder: Forwarder;
  readonly #onExpired: () => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now the forwarder's clock */
  constructor(
    forwarder: Forwarder,
    onExpired: () => void,
    now: () => number = () => performance.now(),
  ) {
    this.#forwarder = forwarder;
    this.#onExpired = onExpired;
    this.#now = now;
  }

  /** To be called when a request may have begun to wait. */
  watch(): void {
    const since = this.#forwarder.waitingSince;
    if (since === undefined || this.#timer !== undefined) return;
    const left = Math.max(0, since + PATIENCE_MS - this.#now());
    // It may ring for a request that has been answered meanwhile; the next one is then looked at.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onExpired();
      this.watch();
    }, Math.ceil(left));
  }
}

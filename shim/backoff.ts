/** Between two attempts: 10 ms, doubling. A daemon that is just being replaced is back at once. */
const FIRST_MS = 10;
/** Ten sessions that wait for a daemon cost nothing at one attempt each per 10 s. */
const LONGEST_MS = 10_000;
/** While somebody waits, at the longest: their patience is limited. */
const AWAITED_MS = 1000;
/** Somebody's request brings the next attempt forward, but not closer to the last one than this. */
const HURRIED_MS = 100;
/** Ten shims must not dial in step. */
const JITTER = 0.2;

/** The pauses between attempts to reach a daemon. */
export class Backoff {
  readonly #isAwaited: () => boolean;
  #next = FIRST_MS;
  #began = 0;
  #ends = 0;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  /** @param isAwaited whether somebody waits for the outcome at this moment */
  constructor(isAwaited: () => boolean) {
    this.#isAwaited = isAwaited;
  }

  /** Sleeps; each time twice as long, but not longer than `longest`. */
  async rest(longest = LONGEST_MS): Promise<void> {
    const most = this.#isAwaited() ? Math.min(longest, AWAITED_MS) : longest;
    const ms = Math.min(this.#next, most) * (1 + JITTER * (2 * Math.random() - 1));
    this.#next = Math.min(this.#next * 2, LONGEST_MS);
    this.#began = performance.now();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#wakeAt(this.#began + ms);
    });
    this.#wake = undefined;
  }

  /** Cuts a sleep short: somebody waits for the outcome from now on. */
  hurry(): void {
    if (this.#wake === undefined) return;
    const earliest = this.#began + HURRIED_MS;
    if (earliest < this.#ends) this.#wakeAt(earliest);
  }

  reset(): void {
    this.#next = FIRST_MS;
  }

  #wakeAt(time: number): void {
    clearTimeout(this.#timer);
    this.#ends = time;
    this.#timer = setTimeout(() => this.#wake?.(), Math.max(0, time - performance.now()));
  }
}

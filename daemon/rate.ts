import { RATE_BURST } from '../protocol/limits.js';
import { TokenBucket } from '../protocol/token-bucket.js';

/** Pairs that have been quiet for so long that their bucket is full need no memory. */
const MAX_PAIRS = 10_000;

/**
 * A token bucket for each pair of sender and recipient: a burst is free, then so many a minute. Two
 * agents that answer each other without end are slowed down before they cost a fortune.
 */
export class PairRate {
  #buckets = new Map<string, TokenBucket>();
  #perMinute: number | 'off';

  constructor(perMinute: number | 'off') {
    this.#perMinute = perMinute;
  }

  /** Takes one token; if there is none, the seconds until there is. */
  take(from: string, to: string, now = Date.now()): number | undefined {
    if (this.#perMinute === 'off') return undefined;
    const key = `${from} ${to}`;
    const bucket =
      this.#buckets.get(key) ?? new TokenBucket(RATE_BURST, 60_000 / this.#perMinute, now);
    if (this.#buckets.size >= MAX_PAIRS) this.#forgetFull(now);
    this.#buckets.set(key, bucket);
    return bucket.take(now) ? undefined : Math.ceil(bucket.wait(now) / 1000);
  }

  #forgetFull(now: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
  }
}

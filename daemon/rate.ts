import { RATE_BURST } from '../protocol/limits.js';

/** Pairs that have been quiet for so long that their bucket is full need no memory. */
const MAX_PAIRS = 10_000;

/**
 * A token bucket for each pair of sender and recipient: a burst is free, then so many a minute. Two
 * agents that answer each other without end are slowed down before they cost a fortune.
 */
export class PairRate {
  #buckets = new Map<string, { tokens: number; at: number }>();
  #perMinute: number | 'off';

  constructor(perMinute: number | 'off') {
    this.#perMinute = perMinute;
  }

  /** Takes one token; if there is none, the seconds until there is. */
  take(from: string, to: string, now = Date.now()): number | undefined {
    if (this.#perMinute === 'off') return undefined;
    const perMs = this.#perMinute / 60_000;
    const key = `${from} ${to}`;
    const bucket = this.#buckets.get(key) ?? { tokens: RATE_BURST, at: now };
    // A clock that was set back must not take tokens away.
    const passed = Math.max(0, now - bucket.at);
    const tokens = Math.min(RATE_BURST, bucket.tokens + passed * perMs);
    if (this.#buckets.size >= MAX_PAIRS) this.#forgetFull(now, perMs);
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now });
      return Math.ceil((1 - tokens) / perMs / 1000);
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return undefined;
  }

  #forgetFull(now: number, perMs: number): void {
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens + (now - at) * perMs >= RATE_BURST) this.#buckets.delete(key);
    }
  }
}

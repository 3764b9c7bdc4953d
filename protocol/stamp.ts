/**
 * The moment at which a shim first saw a request: epoch milliseconds and a running number within
 * that millisecond. A message's id is derived from it, so a request that is sent again after a crash
 * writes the same file.
 */
export type Stamp = readonly [ms: number, running: number];

/** Running numbers fill the 12 bits after the time in a uuid v7. */
export const MAX_RUNNING = 0xfff;

/**
 * Makes a clock whose stamps only ever grow, also when the system clock is set back and when more
 * than 4096 requests come within a millisecond.
 */
export function stampClock(now: () => number = Date.now): () => Stamp {
  let last = 0;
  let running = -1;
  return () => {
    const ms = Math.floor(now());
    if (ms > last) {
      last = ms;
      running = 0;
    } else if (running < MAX_RUNNING) {
      running += 1;
    } else {
      last += 1;
      running = 0;
    }
    return [last, running];
  };
}

/** A stamp as found in `_meta["cc2cc/at"]`, or undefined when it is none. */
export function parseStamp(value: unknown): Stamp | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [ms, running] = value as unknown[];
  const fits = (n: unknown, max: number): n is number =>
    typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 && n <= max;
  // 48 bits hold the time in a uuid v7.
  return fits(ms, 2 ** 48 - 1) && fits(running, MAX_RUNNING) ? [ms, running] : undefined;
}

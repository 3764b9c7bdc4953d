/** Chance that can be had a second time: the same seed and number give the same choices. */
export class Chance {
  #state: number;

  /** @param at which of the inputs of that seed */
  constructor(seed: number, at = 0) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(at + 1, 0xc2b2ae35)) | 0;
    for (let i = 0; i < 4; i += 1) this.#next();
  }

  /** A whole number from 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * end);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in `percent` of all cases. */
  is(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new RangeError('nothing to choose from');
    return of[this.below(of.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.below(256);
    return bytes;
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
  }

  /** mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
}

/** `FUZZ_SEED` where somebody wants the same inputs again, else a new seed. */
export function newSeed(): number {
  const wanted = Number(process.env['FUZZ_SEED']);
  return Number.isInteger(wanted) && wanted !== 0 ? wanted : Date.now() % 2 ** 31;
}

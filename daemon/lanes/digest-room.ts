import { digestPart, type Offered } from './digest.js';
import { ruleBytes } from './rule-lines.js';

/** Room in a digest, in bytes, for messages and what rules.json tells with them. */
export class DigestRoom {
  #left: number;
  /** Instructions that stand in it already; each stands there once. */
  readonly #told = new Set<string>();

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** @returns false when it has not room enough; nothing more is taken then */
  take(item: Offered, part = partBytes(item)): boolean {
    this.#left -= part + ruleBytes(item, this.#told);
    for (const text of item.instructions ?? []) this.#told.add(text);
    return this.#left >= 0;
  }
}

/** Bytes of a message in a digest, with the empty line before it. */
export function partBytes(item: Offered): number {
  return Buffer.byteLength(digestPart(item)) + 2;
}

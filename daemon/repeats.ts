import { createHash } from 'node:crypto';

/** What tells one text from another: a reply to another message is another text. */
export interface Saying {
  from: string;
  to: string;
  replyTo: string | undefined;
  text: string;
}

/** Stands for a saying; the text cannot be had back from it. */
export function digestOfSaying({ from, to, replyTo, text }: Saying): string {
  const parts = JSON.stringify([from, to, replyTo ?? null, text]);
  return createHash('sha256').update(parts).digest('base64url');
}

/** A text that was sent before. */
export interface Said {
  id: string;
  /** Milliseconds of a clock that nobody sets. */
  at: number;
  /** False while it is being stored. */
  accepted: boolean;
}

/** Far more than agents say within the time; the oldest are forgotten beyond it. */
const MAX_SAID = 10_000;

/**
 * What agents have said to each other lately, so that a model which says the same thing again, since
 * it saw no answer or goes round in circles, is told so. Of the texts only digests are kept.
 */
export class Repeats {
  readonly #windowMs: number;
  /** Oldest first. */
  #said = new Map<string, Said>();

  /** @param seconds within which the same text is a repetition; 0 for never */
  constructor(seconds: number) {
    this.#windowMs = seconds * 1000;
  }

  /**
   * The earlier message that this one repeats.
   *
   * @param id of the message to be sent; the same request that comes again is no repetition
   */
  find(digest: string, id: string, now = performance.now()): Said | undefined {
    this.#forgetOld(now);
    const said = this.#said.get(digest);
    return said?.id === id ? undefined : said;
  }

  /** It is being sent: until {@link forget}, the same text is a repetition. */
  remember(digest: string, id: string, now = performance.now()): Said {
    const said: Said = { id, at: now, accepted: false };
    if (this.#windowMs === 0) return said;
    this.#said.delete(digest); // to the end of the order
    this.#said.set(digest, said);
    if (this.#said.size > MAX_SAID) this.#forgetFirst();
    return said;
  }

  /** It could not be sent after all. */
  forget(digest: string, said: Said): void {
    if (this.#said.get(digest) === said) this.#said.delete(digest);
  }

  #forgetOld(now: number): void {
    for (const [digest, { at }] of this.#said) {
      if (now - at < this.#windowMs) return;
      this.#said.delete(digest);
    }
  }

  #forgetFirst(): void {
    const [first] = this.#said.keys();
    if (first !== undefined) this.#said.delete(first);
  }
}

import { sentenceOf } from '../protocol/errors.js';

/**
 * What goes to stderr, which Claude Code shows in its debug log. Never a message's text, and never
 * anything on stdout: that is the client's.
 */
export class Talk {
  readonly #debugging: boolean;
  #lastComplaint = '';

  /** @param debugging whether `debug` is set; where that cannot be told, it says why */
  constructor(debugging: () => boolean) {
    try {
      this.#debugging = debugging();
    } catch (error) {
      this.#debugging = false;
      this.complain(error);
    }
  }

  /** With `debug` only. */
  debug(text: string): void {
    if (this.#debugging) process.stderr.write(`cc2cc-shim ${process.pid}: ${text}\n`);
  }

  /** What is no error, and worth a line. */
  tell(text: string): void {
    process.stderr.write(`cc2cc: ${text}\n`);
  }

  /** An error that somebody has to mend; once, not at every attempt. */
  complain(error: unknown): void {
    const sentence = sentenceOf(error);
    if (sentence === this.#lastComplaint) return;
    this.#lastComplaint = sentence;
    process.stderr.write(`cc2cc: ${sentence}\n`);
  }

  /** All is well again: the same error would be news. */
  forgive(): void {
    this.#lastComplaint = '';
  }
}

import { Cc2ccError } from './errors.js';

const NEWLINE = 0x0a;

/** One JSON value as a line. JSON never holds a raw newline, so the newline ends the frame. */
export function encodeLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Cuts a byte stream into lines, whatever the chunking. It holds at most `maxBytes` of an unfinished
 * line and works on bytes, so a character split over two chunks stays whole.
 */
export class LineDecoder {
  #chunks: Buffer[] = [];
  #held = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A new cap for what comes, for a connection that has proved itself. */
  set maxBytes(value: number) {
    this.#maxBytes = value;
  }

  /**
   * The complete lines in `chunk` together with what was held back before; without newlines, empty
   * lines left out, a trailing CR removed.
   *
   * @throws Cc2ccError E_PROTOCOL when a line exceeds the cap; the decoder is then empty
   */
  *push(chunk: Buffer): Generator<Buffer, void, void> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      const line = this.#take(chunk.subarray(start, end));
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  #hold(part: Buffer): void {
    this.#check(part.length);
    this.#chunks.push(part);
    this.#held += part.length;
  }

  #take(part: Buffer): Buffer {
    this.#check(part.length);
    const line = this.#held === 0 ? part : Buffer.concat([...this.#chunks, part]);
    this.#clear();
    return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  }

  #check(more: number): void {
    if (this.#held + more <= this.#maxBytes) return;
    this.#clear();
    throw new Cc2ccError('E_PROTOCOL', `A line longer than ${this.#maxBytes} bytes.`);
  }

  #clear(): void {
    this.#chunks = [];
    this.#held = 0;
  }
}

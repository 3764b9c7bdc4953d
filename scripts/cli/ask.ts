import { createInterface, type Interface } from 'node:readline';
import { say } from './output.js';

/** What Ctrl-C at a question ends with, as a shell has it. */
export const CANCELLED = 130;

/** Somebody pressed Ctrl-C or Ctrl-D at a question. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** Whether there is somebody to ask: questions stand on stderr, so that stdout may be a file. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks questions one after another. What is typed ahead answers the next one. */
export class Questions {
  #lines: Interface | undefined;
  readonly #typed: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  /**
   * Asks for yes or no until the answer is one of them.
   *
   * @param fallback what Enter alone means
   * @throws Cancelled
   */
  async yesNo(question: string, fallback: boolean): Promise<boolean> {
    for (;;) {
      const answer = (await this.#line(`${question} [${fallback ? 'Y/n' : 'y/N'}] `)).trim();
      if (answer === '') return fallback;
      if (/^y(?:es)?$/i.test(answer)) return true;
      if (/^no?$/i.test(answer)) return false;
      say('Please answer y or n.');
    }
  }

  /** Gives the terminal back. */
  close(): void {
    this.#lines?.close();
  }

  async #line(prompt: string): Promise<string> {
    this.#lines ??= this.#open();
    this.#lines.setPrompt(prompt);
    this.#lines.prompt();
    for (;;) {
      const line = this.#typed.shift();
      if (line !== undefined) return line;
      if (this.#ended) {
        say('');
        throw new Cancelled();
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #open(): Interface {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.on('line', (line) => {
      this.#typed.push(line);
      this.#wake();
    });
    lines.on('SIGINT', () => {
      this.#typed.length = 0;
      lines.close();
    });
    lines.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    return lines;
  }
}

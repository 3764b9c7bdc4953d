/** Where a text stops being JSON. */
export interface JsonFault {
  /** Index of the first character that cannot stand there; the length where something is missing. */
  at: number;
  /** What could have stood there: `a value`, `"," or "}"`. */
  expected: string;
}

/** One match at the place where reading goes on, and nothing elsewhere. */
const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON allows none of them in a string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/**
 * Finds the first fault of a text that `JSON.parse` refuses, whose message names no place in some
 * versions of Node. Without recursion: the text may be hostile.
 *
 * @returns undefined for valid JSON
 */
export function jsonFault(text: string): JsonFault | undefined {
  const reader = new Reader(text);
  return reader.document() ? undefined : { at: reader.at, expected: reader.expected };
}

/** Line and column, both from 1, of an index into a text. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line += 1;
  return { line, column: at - start + 1 };
}

class Reader {
  at = 0;
  expected = '';
  /** Closing brackets of what is open. */
  readonly #open: ('}' | ']')[] = [];

  constructor(readonly text: string) {}

  document(): boolean {
    if (!this.#value()) return false;
    while (this.#open.length > 0) {
      if (!this.#next()) return false;
    }
    this.#take(SPACE);
    return this.at === this.text.length || this.#want('the end');
  }

  /** What follows a value in what is innermost open. */
  #next(): boolean {
    const close = this.#open.at(-1) ?? '}';
    this.#take(SPACE);
    if (this.#char(close)) {
      this.#open.pop();
      return true;
    }
    if (!this.#char(',')) return this.#want(`"," or "${close}"`);
    return (close === ']' || this.#key()) && this.#value();
  }

  /** A value, or the beginning of one that is closed later. */
  #value(): boolean {
    for (;;) {
      this.#take(SPACE);
      if (this.#char('[')) {
        this.#open.push(']');
        this.#take(SPACE);
        if (this.text[this.at] === ']') return true;
        continue;
      }
      if (this.#char('{')) {
        this.#open.push('}');
        this.#take(SPACE);
        if (this.text[this.at] === '}') return true;
        if (!this.#key('a name in quotes or "}"')) return false;
        continue;
      }
      if (this.text[this.at] === '"') return this.#string();
      return this.#take(LITERAL) || this.#take(NUMBER) || this.#want('a value');
    }
  }

  #key(expected = 'a name in quotes'): boolean {
    this.#take(SPACE);
    if (this.text[this.at] !== '"') return this.#want(expected);
    if (!this.#string()) return false;
    this.#take(SPACE);
    return this.#char(':') || this.#want('":"');
  }

  #string(): boolean {
    this.at += 1;
    for (;;) {
      this.#take(PLAIN);
      if (this.#char('"')) return true;
      if (this.text[this.at] !== '\\') {
        return this.#want(
          this.at < this.text.length ? 'no control character in a string' : 'the end of a string',
        );
      }
      if (!this.#take(ESCAPE)) return this.#want('an escape such as \\n or \\u00e4');
    }
  }

  #char(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found !== undefined;
  }

  #want(expected: string): false {
    this.expected = expected;
    return false;
  }
}

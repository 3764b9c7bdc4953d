import type { SignatureState } from '../signing.js';

/** What is wrong with a message file, or worth knowing. */
export interface Problem {
  /** `error`: no inbox takes it in, or nobody can read it. `remark`: it is valid all the same. */
  level: 'error' | 'remark';
  /** Path of the field, `content.text`; null where it is not about one. */
  field: string | null;
  /** From 1, of a fault in the JSON or the encoding; else null. */
  line: number | null;
  column: number | null;
  text: string;
}

/** What was found out about one file. */
export interface Validation {
  file: string;
  valid: boolean;
  id: string | null;
  from: string | null;
  to: string | null;
  /** Null where it did not come to that. */
  signature: SignatureState | null;
  problems: Problem[];
}

/** Collects what is found out about one file. */
export class Findings {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(problem: Partial<Problem> & { text: string }): void {
    this.#problems.push({ level: 'error', field: null, line: null, column: null, ...problem });
  }

  remark(field: string | null, text: string): void {
    this.add({ level: 'remark', field, text });
  }

  fail(problem: Partial<Problem> & { text: string }): Validation {
    this.add(problem);
    return this.result();
  }

  result(): Validation {
    const valid = this.#problems.every(({ level }) => level !== 'error');
    const nothing = { id: null, from: null, to: null, signature: null };
    return { file: this.#file, valid, ...nothing, problems: this.#problems };
  }
}

import { basename, dirname } from 'node:path';
import type { PolicyFile } from '../mail/policy-file.js';
import { hangDoorbell, type Doorbell } from './doorbell.js';
import type { Log } from './log.js';
import { stampOf } from '../mail/stamp-of.js';

/**
 * Editors move the old file away before they write the new one: what it forbids must not come in
 * between.
 */
const GONE_MS = 1_000;

/** What came of a look. `spoilt`: the file is not good any more, and what was in force stays. */
export type Look = 'same' | 'changed' | 'spoilt';

/** How a file is read. */
export interface Reading<T> {
  path: string;
  read: (path: string) => PolicyFile<T>;
  log: Log;
  now: () => Date;
}

/**
 * A file of the user's words, in force as it was when it was good last. One that is missing means
 * nothing.
 */
export class WatchedFile<T> {
  readonly #reading: Reading<T>;
  #value: T | undefined;
  #problem: string | undefined;
  /** Tells one state of the file from another; undefined when it must be read again. */
  #stamp: string | undefined;
  /** What was found last, so that the same is not said twice. */
  #found = '';
  /** When the file that is in force was missed first; epoch milliseconds. */
  #missedAt: number | undefined;
  #changes = 0;
  #changedAt: Date | undefined;
  #doorbell: Doorbell | undefined;

  constructor(reading: Reading<T>) {
    this.#reading = reading;
  }

  /** What is in force; undefined when nothing is. */
  get value(): T | undefined {
    return this.#value;
  }

  /** What is wrong with the file as it is now, in words that fit after its path. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** How often something else came into force, and when last. */
  get changes(): { changes: number; changedAt: string | null } {
    return { changes: this.#changes, changedAt: this.#changedAt?.toISOString() ?? null };
  }

  /** Reads the file if it has changed. */
  look(): Look {
    const { path, read } = this.#reading;
    const stamp = stampOf(path);
    if (stamp !== undefined && stamp === this.#stamp) return 'same';
    this.#stamp = stamp;
    const file = read(path);
    if (this.#isMissedFirst(file.kind)) return 'same';
    const found = JSON.stringify(file, plain);
    if (found === this.#found) return 'same';
    this.#found = found;
    if (file.kind === 'bad') {
      this.#problem = file.problem;
      return 'spoilt';
    }
    const before = this.#value;
    this.#value = file.kind === 'read' ? file.value : undefined;
    const wasSpoilt = this.#problem !== undefined;
    this.#problem = undefined;
    if (before === undefined && this.#value === undefined && !wasSpoilt) return 'same';
    this.#changes += 1;
    this.#changedAt = new Date();
    return 'changed';
  }

  /** Looks at every change from now on. */
  watch(onRing: () => void): void {
    const { path, log } = this.#reading;
    this.#doorbell = hangDoorbell(
      dirname(path),
      (names) => {
        if (names === undefined || names.has(basename(path))) onRing();
      },
      log,
    );
  }

  /** For rounds: the folder may be another one. */
  check(): void {
    this.#doorbell?.check(true);
  }

  close(): void {
    this.#doorbell?.close();
  }

  /** Whether the file may be there again in a moment. */
  #isMissedFirst(kind: PolicyFile<T>['kind']): boolean {
    if (kind !== 'missing' || this.#value === undefined) {
      this.#missedAt = undefined;
      return false;
    }
    const now = this.#reading.now().getTime();
    this.#missedAt ??= now;
    if (Math.abs(now - this.#missedAt) >= GONE_MS) return false;
    this.#stamp = undefined; // to be looked at again
    return true;
  }
}

/** What is in force of such a file, and what is wrong with it, in words for people. */
export abstract class PolicyBook<T> {
  protected readonly path: string;
  protected readonly log: Log;
  protected readonly file: WatchedFile<T>;

  /** Who extends it calls `look` at the end of its own constructor. */
  protected constructor(reading: Reading<T>) {
    this.path = reading.path;
    this.log = reading.log;
    this.file = new WatchedFile(reading);
  }

  /**
   * Reads the file if it has changed.
   *
   * @returns whether something else is in force now
   */
  abstract look(): boolean;

  /** What is in force while the file is bad: "the rules before stay". */
  protected abstract get stays(): string;

  /** Looks at every change from now on; `onChange` when something else is in force. */
  watch(onChange: () => void): void {
    this.file.watch(() => {
      if (this.look()) onChange();
    });
  }

  /** For rounds: an event may be missing, and the folder another one. */
  tend(): boolean {
    this.file.check();
    return this.look();
  }

  close(): void {
    this.file.close();
  }

  /** Why the file as it is now is not in force; a sentence without its full stop. */
  get problem(): string | undefined {
    const { problem } = this.file;
    return problem === undefined ? undefined : `${this.path}: ${problem}; ${this.stays}`;
  }

  protected warn(what: string): void {
    const { problem } = this.file;
    this.log.warn({ path: this.path, problem, stays: this.stays }, `${what} is not read`);
  }
}

/** Sets and maps as what they hold, to compare what was read. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...(value as Iterable<unknown>)] : value;
}

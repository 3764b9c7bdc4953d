import { lstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { areNow, type QuietHours } from '../mail/quiet-hours.js';
import { readRules, type Rules, type RulesFile } from '../mail/rules.js';
import {
  instructionsFor,
  isMuted,
  isQuiet,
  quietUntil,
  type RuleSubject,
} from '../mail/rulings.js';
import type { RulesStatus } from '../protocol/control.js';
import { hangDoorbell, type Doorbell } from './doorbell.js';
import type { Log } from './log.js';

/** A file that was changed so lately may be changed again without another time: it is read again. */
const YOUNG_MS = 2_000;

/**
 * Editors move the old file away before they write the new one: what is muted must not come in between,
 * nor quiet hours be broken.
 */
const GONE_MS = 1_000;

/**
 * The rules in force: those of rules.json as it was when it was good last. A file that is missing
 * means none.
 */
export class Rulebook {
  readonly #path: string;
  readonly #log: Log;
  readonly #now: () => Date;
  #rules: Rules | undefined;
  #problem: string | undefined;
  /** Tells one state of the file from another; undefined when it must be read again. */
  #stamp: string | undefined;
  /** What was found last, so that the same is not said twice. */
  #found = '';
  /** When the file of the rules in force was missed first; epoch milliseconds. */
  #missedAt: number | undefined;
  #reads = 0;
  #readAt: Date | undefined;
  #doorbell: Doorbell | undefined;
  /** The quiet hours of this minute. */
  #current: { minute: number; quiet: readonly QuietHours[] } | undefined;

  constructor(path: string, log: Log, now = (): Date => new Date()) {
    this.#path = path;
    this.#log = log;
    this.#now = now;
    this.look();
  }

  /**
   * Reads the file if it has changed.
   *
   * @returns whether other rules are in force now
   */
  look(): boolean {
    const stamp = stampOf(this.#path);
    if (stamp !== undefined && stamp === this.#stamp) return false;
    this.#stamp = stamp;
    const file = readRules(this.#path);
    if (this.#isMissedFirst(file)) return false;
    const found = JSON.stringify(file, plain);
    if (found === this.#found) return false;
    this.#found = found;
    if (file.kind === 'bad') {
      const stays = this.#rules === undefined ? 'no rules are in force' : 'the rules before stay';
      this.#problem = `${this.#path}: ${file.problem}; ${stays}`;
      this.#log.warn({ path: this.#path, problem: file.problem, stays }, 'rules.json is not read');
      return false;
    }
    const before = this.#rules;
    this.#rules = file.kind === 'rules' ? file.rules : undefined;
    this.#problem = this.#current = undefined;
    if (before === undefined && this.#rules === undefined) return false;
    this.#reads += 1;
    this.#readAt = new Date();
    this.#log.info({ path: this.#path, ...this.status }, 'rules have changed');
    return true;
  }

  /** Whether the file may be there again in a moment. */
  #isMissedFirst({ kind }: RulesFile): boolean {
    if (kind !== 'missing' || this.#rules === undefined) {
      this.#missedAt = undefined;
      return false;
    }
    const now = this.#now().getTime();
    this.#missedAt ??= now;
    if (Math.abs(now - this.#missedAt) >= GONE_MS) return false;
    this.#stamp = undefined; // to be looked at again
    return true;
  }

  /** Looks at every change from now on; `onChange` when other rules are in force. */
  watch(onChange: () => void): void {
    this.#doorbell = hangDoorbell(
      dirname(this.#path),
      (names) => {
        if (names !== undefined && !names.has(basename(this.#path))) return;
        if (this.look()) onChange();
      },
      this.#log,
    );
  }

  /** For rounds: an event may be missing, and the folder another one. */
  tend(): boolean {
    this.#doorbell?.check(true);
    return this.look();
  }

  close(): void {
    this.#doorbell?.close();
  }

  /** Why the file as it is now is not in force; a sentence without its full stop. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get status(): RulesStatus {
    const { senders, quiet } = this.#rules ?? {};
    return {
      inForce: this.#rules !== undefined,
      changes: this.#reads,
      changedAt: this.#readAt?.toISOString() ?? null,
      muted: [...(senders?.values() ?? [])].filter(({ mute }) => mute === true || mute.size > 0)
        .length,
      quiet: quiet?.length ?? 0,
      problem: this.#problem ?? null,
    };
  }

  instructionsFor(subject: RuleSubject): readonly string[] {
    return this.#rules === undefined ? [] : instructionsFor(this.#rules, subject);
  }

  isMuted(subject: RuleSubject, to: string): boolean {
    return this.#rules !== undefined && isMuted(this.#rules, subject, to);
  }

  /** Asked for each of thousands that wait: hours that are not now are looked at once a minute. */
  isQuiet(subject: RuleSubject, to: string): boolean {
    if (this.#rules === undefined || this.#rules.quiet.length === 0) return false;
    const now = this.#now();
    const minute = Math.floor(now.getTime() / 60_000);
    if (this.#current?.minute !== minute) {
      const quiet = this.#rules.quiet.filter((hours) => areNow(hours, now));
      this.#current = { minute, quiet };
    }
    const { quiet } = this.#current;
    return quiet.length > 0 && isQuiet({ ...this.#rules, quiet }, subject, to, now);
  }

  /** Local time at which it may wake again, `07:00`; undefined when none can be told. */
  quietUntil(subject: RuleSubject, to: string): string | undefined {
    if (this.#rules === undefined) return undefined;
    const end = quietUntil(this.#rules, subject, to, this.#now());
    if (end === undefined || end === Infinity) return undefined;
    const at = new Date(end);
    return [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':');
  }
}

/** Undefined when the file can be changed again and look the same, or cannot be looked at. */
function stampOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    const age = Math.abs(Date.now() - Number(stats.ctimeMs));
    if (age < YOUNG_MS) return undefined;
    return [stats.ino, stats.dev, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
  } catch {
    return undefined; // reading it says why
  }
}

/** Sets and maps as what they hold, to compare what was read. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...(value as Iterable<unknown>)] : value;
}

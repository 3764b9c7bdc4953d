import { areNow, type QuietHours } from '../mail/quiet-hours.js';
import type { PolicyFile } from '../mail/policy-file.js';
import { readRules, type Rules } from '../mail/rules.js';
import {
  instructionsFor,
  isMuted,
  isQuiet,
  quietUntil,
  type RuleSubject,
} from '../mail/rulings.js';
import type { RulesStatus } from '../protocol/control.js';
import type { Log } from './log.js';
import { PolicyBook } from './watched-file.js';

/**
 * The rules in force: those of rules.json as it was when it was good last. A file that is missing
 * means none.
 */
export class Rulebook extends PolicyBook<Rules> {
  readonly #now: () => Date;
  /** The quiet hours of this minute. */
  #current: { minute: number; quiet: readonly QuietHours[] } | undefined;

  constructor(path: string, log: Log, now = (): Date => new Date()) {
    super({ path, read, log, now });
    this.#now = now;
    this.look();
  }

  override look(): boolean {
    const look = this.file.look();
    if (look === 'spoilt') this.warn('rules.json');
    if (look !== 'changed') return false;
    this.#current = undefined;
    this.log.info({ path: this.path, ...this.status }, 'rules have changed');
    return true;
  }

  protected override get stays(): string {
    return this.#rules === undefined ? 'no rules are in force' : 'the rules before stay';
  }

  get #rules(): Rules | undefined {
    return this.file.value;
  }

  get status(): RulesStatus {
    const { senders, quiet } = this.#rules ?? {};
    return {
      inForce: this.#rules !== undefined,
      ...this.file.changes,
      muted: [...(senders?.values() ?? [])].filter(({ mute }) => mute === true || mute.size > 0)
        .length,
      quiet: quiet?.length ?? 0,
      problem: this.problem ?? null,
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

function read(path: string): PolicyFile<Rules> {
  const file = readRules(path);
  return file.kind === 'rules' ? { kind: 'read', value: file.rules } : file;
}

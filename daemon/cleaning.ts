import { cleanUp } from '../mail/cleanup/clean-up.js';
import { expiredItems } from '../mail/cleanup/expired.js';
import { keyItems } from '../mail/cleanup/keys.js';
import { underCleanupLock } from '../mail/cleanup/lock.js';
import { breather } from '../mail/cleanup/scene.js';
import type { CleanupReport } from '../protocol/cleanup-report.js';
import type { Message } from '../protocol/envelope.js';
import type { Expiry } from './expiry.js';
import type { Office } from './office.js';

/** What a daemon has to do when it starts goes first. */
const FIRST_MS = 5 * 60 * 1000;

/** Removes what has ended and been kept long enough: by itself now and then, and when asked to. */
export class Cleaning {
  readonly #office: Office;
  readonly #expiry: Expiry;
  readonly #locks: string;
  readonly #stopped = new AbortController();
  /** The end of what was asked for last; one at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #isRunning = false;
  /** On a clock that nobody sets. */
  #next: number;

  /** @param locks the folder `locks/` of the state folder */
  constructor(office: Office, expiry: Expiry, locks: string) {
    this.#office = office;
    this.#expiry = expiry;
    this.#locks = locks;
    this.#next = performance.now() + Math.min(FIRST_MS, office.config.cleanupMs);
  }

  /** Begins one if it is time for it. Takes no time itself, and throws nothing. */
  look(): void {
    if (this.#isRunning || performance.now() < this.#next) return;
    this.#next = performance.now() + this.#office.config.cleanupMs;
    void this.run(false).catch((error: unknown) => {
      this.#office.log.warn({ err: error }, 'cannot clean up');
    });
  }

  /**
   * One cleanup, after those that were asked for before.
   *
   * @param keepDays instead of the configured ones
   * @throws Cc2ccError E_LIMIT when another process does one
   */
  run(dryRun: boolean, keepDays = this.#office.config.keepDays): Promise<CleanupReport> {
    const turn = this.#last.then(() =>
      underCleanupLock(this.#locks, () => this.#clean(dryRun, keepDays)),
    );
    this.#last = turn.catch(() => undefined); // who asked is told
    return turn;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #clean(dryRun: boolean, keepDays: number): Promise<CleanupReport> {
    const office = this.#office;
    this.#isRunning = true;
    try {
      const { keys } = office.gate;
      const seal = (notice: Message): Message => keys.seal(notice);
      const expired = expiredItems({ registry: office, ttl: office.config.ttl, seal });
      const count = dryRun ? 0 : await this.#expiry.sweep();
      const report = await cleanUp({
        root: office.root,
        host: office.host,
        keepDays,
        dryRun,
        isAttached: (name) => office.agent(name) !== undefined,
        breathe: breather(),
        // What is due can be listed by the files; the sweep, which has dealt with it, knows sessions.
        sources: [...(dryRun ? [expired] : []), keyItems(keys)],
        signal: this.#stopped.signal,
      });
      if (count > 0) report.kinds.unshift({ kind: 'expired', count, bytes: 0 });
      this.#tell(report);
      return report;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Numbers and no names: the log is read by others than the mail is. */
  #tell({ dryRun, kinds, problems }: CleanupReport): void {
    if (dryRun || (kinds.length === 0 && problems.length === 0)) return;
    const counts = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
    const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0);
    this.#office.log.info({ ...counts, bytes }, 'cleaned up');
    if (problems.length > 0) this.#office.log.warn({ problems }, 'cannot clean up all');
  }
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { admit } from '../mail/admit.js';
import { ensureMailbox } from '../mail/deliver.js';
import { refusalOf, type Gate } from '../mail/gate.js';
import { inspectFile, type Verdict } from '../mail/inspect.js';
import { rejectFile } from '../mail/reject.js';
import { errnoOf } from '../protocol/errors.js';
import type { MailboxPaths } from '../protocol/paths.js';
import type { Log } from './log.js';

/** The files of one inbox: what they are, which of them are let in, and what is refused. */
export class InboxFiles {
  paths: MailboxPaths;
  readonly #rejected: string;
  readonly #gate: Gate;
  readonly #log: Log;
  /** Names that could neither be read nor moved away; not tried at every ring. */
  readonly #stuck = new Set<string>();

  /** @param rejected the folder for what is refused */
  constructor(paths: MailboxPaths, rejected: string, gate: Gate, log: Log) {
    this.paths = paths;
    this.#rejected = rejected;
    this.#gate = gate;
    this.#log = log;
  }

  /** All names in the folder. */
  list(): string[] {
    try {
      return readdirSync(this.paths.inbox);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      ensureMailbox(this.paths); // somebody removed it; senders must find it again
      return [];
    }
  }

  /** Hidden names belong to writers that are not done (the original writes `.tmp-…`). */
  isPassedOver(name: string): boolean {
    return name.startsWith('.') || this.#stuck.has(name);
  }

  /**
   * Lets a file in, or moves it away.
   *
   * @throws Error of the file system, or Cc2ccError of the keys
   */
  letIn(name: string): Exclude<Verdict, { kind: 'reject' }> {
    const verdict = this.#inspect(name);
    const refusal =
      verdict.kind === 'message'
        ? admit(this.paths, verdict.message, name)
        : verdict.kind === 'reject'
          ? verdict.reason
          : undefined;
    if (refusal !== undefined) this.#reject(name, refusal);
    return verdict.kind === 'reject' || refusal !== undefined ? { kind: 'gone' } : verdict;
  }

  /** Reads one that was let in. Who offers from a timer must not fail for the key's sake. */
  readAgain(id: string): Verdict {
    try {
      return this.#inspect(`${id}.json`);
    } catch (error) {
      this.#log.error({ err: error, id }, 'message cannot be read');
      return { kind: 'later' };
    }
  }

  /** As the gate lets it through. */
  #inspect(name: string): Verdict {
    const verdict = inspectFile(join(this.paths.inbox, name), name, this.#gate.keys);
    if (verdict.kind !== 'message') return verdict;
    const reason = refusalOf(verdict.signature, this.#gate.policy);
    return reason === undefined ? verdict : { kind: 'reject', reason };
  }

  #reject(name: string, reason: string): void {
    try {
      rejectFile(join(this.paths.inbox, name), this.#rejected, this.paths.dir, reason);
      this.#log.warn({ mailbox: this.paths.dir, reason }, 'file rejected');
    } catch (error) {
      this.#stuck.add(name);
      this.#log.error({ err: error, mailbox: this.paths.dir, reason }, 'file cannot be rejected');
    }
  }
}

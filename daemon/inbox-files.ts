import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { admit } from '../mail/admit.js';
import { ensureMailbox } from '../mail/deliver.js';
import { refusalAt, refusalOf, turnedAwayAt, type Gate } from '../mail/gate.js';
import { inspectFile, type Verdict } from '../mail/inspect.js';
import { mailboxFault, secureMailbox } from '../mail/mailbox-folders.js';
import { rejectFile } from '../mail/reject.js';
import type { SignatureState } from '../mail/signing.js';
import { isAnythingAt } from '../protocol/anything-at.js';
import { errnoOf } from '../protocol/errors.js';
import type { MailboxPaths } from '../protocol/paths.js';
import type { Log } from './log.js';
import { stampOf } from '../mail/stamp-of.js';

/** What is remembered of a message that was let in. */
export interface LetIn {
  from: string;
  signature: SignatureState;
}

/** The files of one inbox: what they are, which of them are let in, and what is refused. */
export class InboxFiles {
  paths: MailboxPaths;
  readonly #rejected: string;
  readonly #gate: Gate;
  readonly #log: Log;
  /** The folder as it was before it was listed, and once all in it was dealt with. */
  #listed: string | undefined;
  #whole: string | undefined;
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
    this.secure();
    this.#whole = undefined;
    this.#listed = stampOf(this.paths.inbox);
    try {
      return readdirSync(this.paths.inbox);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      ensureMailbox(this.paths); // somebody removed it; senders must find it again
      return [];
    }
  }

  /** Whether a listing would find what the last one found. False says nothing. */
  get isListed(): boolean {
    return isSame(this.#listed, this.paths.inbox);
  }

  /** All that was listed has been dealt with. */
  markWhole(): void {
    this.#whole = this.#listed;
  }

  /** A file is not what it was when it was let in: all are to be looked at again. */
  markChanged(): void {
    this.#whole = this.#listed = undefined;
  }

  /** Whether nothing has come or gone since. False says nothing. */
  get isWhole(): boolean {
    return isSame(this.#whole, this.paths.inbox);
  }

  /**
   * Makes sure that the folders are ours alone.
   *
   * @throws Cc2ccError E_UNSAFE; nothing of it is to be read then
   */
  secure(): void {
    secureMailbox(this.paths);
  }

  /** Whether they are, for who must not fail. */
  get isSecure(): boolean {
    return mailboxFault(this.paths) === undefined;
  }

  /** Whether anything of that name is there. */
  has(name: string): boolean {
    return isAnythingAt(join(this.paths.inbox, name));
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
    if (refusal !== undefined) this.reject(name, refusal);
    return verdict.kind === 'reject' || refusal !== undefined ? { kind: 'gone' } : verdict;
  }

  /**
   * Reads one that was let in. Who offers from a timer must not fail for the key's sake.
   *
   * @param then whose it was then, and what its signature told
   */
  readAgain(id: string, then: LetIn): Verdict {
    try {
      return this.#inspect(`${id}.json`, then);
    } catch (error) {
      this.#log.error({ err: error, id }, 'message cannot be read');
      return { kind: 'later' };
    }
  }

  /** As the gate lets it through. */
  #inspect(name: string, then?: LetIn): Verdict {
    const verdict = inspectFile(join(this.paths.inbox, name), name, this.#gate.keys);
    if (verdict.kind !== 'message') return verdict;
    const { policy } = this.#gate;
    // One that was let in stays: a session may bear its sender's name since, and moving it is a change.
    // But a signed one is not exchanged for an unsigned one.
    const isSame = verdict.message.from === then?.from && verdict.signature === then.signature;
    const reason = isSame
      ? (refusalOf(verdict.signature, policy) ?? turnedAwayAt(this.#gate, verdict, this.#name))
      : refusalAt(this.#gate, verdict, this.#name);
    return reason === undefined ? verdict : { kind: 'reject', reason };
  }

  /** Whose inbox it is. */
  get #name(): string {
    return basename(this.paths.dir).slice('to-'.length);
  }

  /** Moves a file to `rejected/`. */
  reject(name: string, reason: string): void {
    try {
      rejectFile(join(this.paths.inbox, name), this.#rejected, this.paths.dir, reason);
      this.#log.warn({ mailbox: this.paths.dir, reason }, 'file rejected');
    } catch (error) {
      this.#stuck.add(name);
      this.#log.error({ err: error, mailbox: this.paths.dir, reason }, 'file cannot be rejected');
    }
  }
}

/** Whether a folder is as it was at that stamp. One that was missing has to be made. */
function isSame(stamp: string | undefined, folder: string): boolean {
  return stamp !== undefined && stamp !== 'missing' && stampOf(folder) === stamp;
}

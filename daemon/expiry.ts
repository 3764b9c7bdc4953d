import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isReplay, replayReason } from '../mail/admit.js';
import { messageFiles } from '../mail/directory.js';
import { isLeftToOwner, noticeOfExpiry } from '../mail/expiry.js';
import { inspectFile } from '../mail/inspect.js';
import { mailboxNames } from '../mail/mailbox-names.js';
import { rejectFile } from '../mail/reject.js';
import { expireFile } from '../mail/settle.js';
import { expiresAt } from '../protocol/envelope.js';
import { isReturning, readHeartbeat } from '../protocol/heartbeat.js';
import { mailboxPaths, rootPaths, type MailboxPaths } from '../protocol/paths.js';
import type { Office } from './office.js';
import { post } from './post.js';

/** So many files are read before others have their turn: a millisecond. */
const AT_ONCE = 16;

/**
 * Looks through all mailboxes for messages whose time is up: they move to `done/` and their sender is
 * told once. Knows when each waiting file expires, so a file is read once and not at every sweep.
 */
export class Expiry {
  #office: Office;
  /** Path → epoch milliseconds. */
  #due = new Map<string, number>();
  #isSweeping = false;

  constructor(office: Office) {
    this.#office = office;
  }

  /**
   * Does nothing while another sweep is under way: each notice waits for the disk.
   *
   * @returns how many have expired
   */
  async sweep(now = Date.now()): Promise<number> {
    if (this.#isSweeping) return 0;
    this.#isSweeping = true;
    try {
      return await this.#sweep(now);
    } finally {
      this.#isSweeping = false;
    }
  }

  async #sweep(now: number): Promise<number> {
    const seen = new Map<string, number>();
    let read = 0;
    let expired = 0;
    for (const name of mailboxNames(this.#office.root)) {
      const { inbox } = mailboxPaths(this.#office.root, name);
      for (const file of messageFiles(this.#office.root, name)) {
        const path = join(inbox, file);
        let due = this.#due.get(path);
        if (due === undefined) {
          due = dueTime(path, file);
          read += 1;
          if (read % AT_ONCE === 0) await setImmediate();
        }
        if (due === undefined) continue;
        if (due > now || this.#isLeft(name)) seen.set(path, due);
        else if (await this.#expire(name, path, file, now)) expired += 1;
      }
    }
    this.#due = seen; // files that are gone are forgotten
    return expired;
  }

  /** Attached elsewhere, or in a moment: only they know whether it is being read, or was seen. */
  #isLeft(name: string): boolean {
    const { root, host, rivals } = this.#office;
    // Of two readers one tells the sender: twice would be once too often.
    if (rivals.has(name)) return true;
    if (this.#office.agent(name) !== undefined) return false;
    return isLeftToOwner(root, name, host) || isReturning(readHeartbeat(root, name), host);
  }

  async #expire(name: string, path: string, file: string, now: number): Promise<boolean> {
    const verdict = inspectFile(path, file);
    if (verdict.kind !== 'message') return false;
    const { message } = verdict;
    if (file !== `${message.id}.json`) return false; // not taken in yet
    if (expiresAt(message) > now) return false; // another file than the one that was read
    const session = this.#office.agent(name);
    if (session !== undefined) this.#office.evidence.collect(session);
    const mailbox = session?.agent?.mailbox;
    const paths = mailbox?.paths ?? mailboxPaths(this.#office.root, name);
    if (isReplay(paths, message.id)) {
      // What became of the first one stands. A look into the inbox of one that is attached sees to it.
      if (mailbox === undefined) this.#reject(paths, file, replayReason(message.id));
      return false;
    }
    const { expiring } = this.#office;
    if (!expiring.begin(path, message.id, mailbox)) return false;
    try {
      // First the notice: after a crash in between it is written again under the same id, that is,
      // once.
      const notice = noticeOfExpiry(this.#office, name, message, this.#office.config.ttl);
      if (notice !== undefined) await post(this.#office, notice);
      const holder = expiring.holder(path);
      if (holder === undefined) expireFile(paths, message.id);
      else await holder.settle(message.id, { state: 'expired' });
      this.#office.log.info(
        { id: message.id, from: message.from, to: name, ttl: message.ttl },
        'expired',
      );
      return true;
    } catch (error) {
      const entry = expiring.holder(path)?.entries.get(message.id);
      if (entry !== undefined) entry.taken = false;
      this.#office.log.error({ err: error, id: message.id }, 'cannot expire a message');
      return false;
    } finally {
      expiring.end(path);
    }
  }

  #reject({ inbox, dir }: MailboxPaths, file: string, reason: string): void {
    const { root, log } = this.#office;
    try {
      rejectFile(join(inbox, file), rootPaths(root).rejected, dir, reason);
      log.warn({ mailbox: dir, reason }, 'file rejected');
    } catch (error) {
      log.error({ err: error, mailbox: dir, reason }, 'file cannot be rejected');
    }
  }
}

/** Undefined for what is no message (yet): an attach looks at it and rejects it. */
function dueTime(path: string, file: string): number | undefined {
  const verdict = inspectFile(path, file);
  return verdict.kind === 'message' ? expiresAt(verdict.message) : undefined;
}

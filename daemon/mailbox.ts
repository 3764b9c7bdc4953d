import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox, placeFile } from '../protocol/deliver.js';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import { errnoOf } from '../protocol/errors.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { inOrder, type Entry, type MailboxHistory } from './entry.js';
import { inspectFile } from './inspect.js';
import type { Log } from './log.js';
import { rejectFile } from './reject.js';
import { settleFile, type Settlement } from './settle.js';
import { SpareFile } from './spare.js';

/** Content of new messages that one scan leaves in memory; the rest is read when it is offered. */
const SCAN_BYTES = 256 * 1024;

/** A file may be on its way in; look again after so long. */
export const AGAIN_MS = 500;

/**
 * The inbox of one attached agent: the directory is the truth, this is what has been read of it.
 * All changes happen within one tick each, so two of them never interleave.
 */
export class Mailbox {
  readonly entries = new Map<string, Entry>();
  paths: MailboxPaths;
  /** For the next message that comes through this daemon. */
  spare: SpareFile;
  /** Ids not handed over yet; kept apart so that an arrival costs nothing for what lies around. */
  #waiting = new Set<string>();
  #history: MailboxHistory;
  /** Handed over without evidence, then gone from the inbox. */
  #shown = new Set<string>();
  #rejected: string;
  #log: Log;
  /** Names that could neither be read nor moved away; not tried at every ring. */
  #stuck = new Set<string>();

  /**
   * @param rejected the folder for what is refused
   */
  constructor(paths: MailboxPaths, rejected: string, history: MailboxHistory, log: Log) {
    this.paths = paths;
    this.spare = new SpareFile(paths.tmp);
    this.#rejected = rejected;
    this.#history = history;
    this.#log = log;
  }

  /** A message that is being made durable at this moment; false when it is known already. */
  arrive(message: Message, committed: Promise<unknown>): boolean {
    if (this.entries.has(message.id)) return false;
    const entry = this.#add(message);
    entry.committed = committed.then(
      () => {
        entry.committed = undefined;
        entry.message = undefined; // from now on the file has it
      },
      () => this.#remove(message.id), // the sender has been told; there is no file
    );
    return true;
  }

  /**
   * Reads what is new: the named files, or the whole folder.
   *
   * @returns new messages in queue order, and whether a file should be looked at again soon
   */
  scan(names?: Iterable<string>): { fresh: Entry[]; again: boolean } {
    const fresh: Entry[] = [];
    let again = false;
    let bytes = 0;
    for (const name of names ?? this.#list()) {
      if (!this.#isNews(name)) continue;
      try {
        const verdict = inspectFile(join(this.paths.inbox, name), name);
        if (verdict.kind === 'later') again = true;
        const reason = verdict.kind === 'reject' ? verdict.reason : undefined;
        const refusal = verdict.kind === 'message' ? this.#admit(verdict.message, name) : reason;
        if (refusal !== undefined) this.#reject(name, refusal);
        else if (verdict.kind === 'message') {
          const entry = this.entries.get(verdict.message.id);
          if (entry === undefined) continue;
          fresh.push(entry);
          bytes += verdict.message.content.text.length;
          if (bytes > SCAN_BYTES) entry.message = undefined;
        }
      } catch (error) {
        // One file that cannot be dealt with must not stand in the way of the next.
        this.#log.error({ err: error, mailbox: this.paths.dir }, 'file cannot be read');
        again = true;
      }
    }
    return { fresh: inOrder(fresh), again };
  }

  /** Entries that were not handed over yet, in queue order; those whose time is up do not count. */
  waiting(now = Date.now()): Entry[] {
    const entries = [...this.#waiting].flatMap((id) => this.entries.get(id) ?? []);
    return inOrder(entries.filter((entry) => entry.expiresAt > now));
  }

  /** Entries that were handed over without evidence that they were seen, in queue order. */
  unconfirmed(): Entry[] {
    return inOrder([...this.entries.values()].filter(({ offered }) => offered));
  }

  markOffered(entry: Entry): void {
    entry.offered = true;
    entry.held = false;
    this.#waiting.delete(entry.id);
  }

  /** It was not handed over after all. */
  markWaiting(entry: Entry): void {
    entry.offered = false;
    this.#waiting.add(entry.id);
  }

  /** The message of an entry, from memory or, checked anew, from its file. */
  read(entry: Entry): Message | undefined {
    if (entry.message !== undefined) return entry.message;
    const verdict = inspectFile(this.#file(entry.id), `${entry.id}.json`);
    if (verdict.kind === 'message') return verdict.message;
    if (verdict.kind === 'later') return undefined; // no file descriptor is left: it is still there
    if (entry.offered) this.#shown.add(entry.id); // should it come back
    this.#remove(entry.id); // taken away or spoilt by somebody; a scan will say which
    return undefined;
  }

  /**
   * The mailbox is at another place now; its files have been moved.
   *
   * @param offered what waits there and an earlier session was offered without a sign that it saw it
   */
  moveTo(paths: MailboxPaths, offered: Iterable<string> = []): void {
    const { given, offered: before } = this.#history;
    this.#history = { given, offered: new Set([...before, ...offered]) };
    this.spare.close();
    this.paths = paths;
    this.spare = new SpareFile(paths.tmp);
  }

  /** Moves a message to `done/`, once it is durable. */
  async settle(id: string, how: Settlement): Promise<void> {
    const entry = this.entries.get(id);
    await entry?.committed;
    // The sender waits for the answer to the same moment: it goes first.
    await new Promise((resolve) => setImmediate(resolve));
    if (entry === undefined || !this.entries.has(id)) return;
    // Taken back meanwhile: the tool result did not reach the client.
    if (how.state === 'seen' && how.evidence === 'tool result' && !entry.offered) return;
    try {
      settleFile(this.paths, id, how);
      this.#remove(id);
    } catch (error) {
      // The entry stays, as offered: better shown again with a warning than twice without.
      this.#log.error({ err: error, id, ...how }, 'message cannot be settled');
    }
  }

  /** Files that are being made durable at this moment. */
  pending(): Promise<unknown>[] {
    return [...this.entries.values()].flatMap((entry) => entry.committed ?? []);
  }

  #add(message: Message): Entry {
    const entry: Entry = {
      id: message.id,
      sentAt: sentAt(message),
      expiresAt: expiresAt(message),
      offered: this.#history.given.has(message.id),
      repeated: this.#history.offered.has(message.id) || this.#shown.has(message.id),
      held: false,
      taken: false,
      message,
      committed: undefined,
    };
    this.entries.set(message.id, entry);
    if (!entry.offered) this.#waiting.add(message.id);
    return entry;
  }

  #remove(id: string): void {
    this.entries.delete(id);
    this.#waiting.delete(id);
  }

  #file(id: string): string {
    return join(this.paths.inbox, `${id}.json`);
  }

  #list(): string[] {
    try {
      return readdirSync(this.paths.inbox);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      ensureMailbox(this.paths); // somebody removed it; senders must find it again
      return [];
    }
  }

  /** Hidden names belong to writers that are not done (the original writes `.tmp-…`). */
  #isNews(name: string): boolean {
    if (name.startsWith('.') || this.#stuck.has(name)) return false;
    return !(name.endsWith('.json') && this.entries.has(name.slice(0, -'.json'.length)));
  }

  /** Takes a checked message in under its own id; the reason when it cannot be. */
  #admit(message: Message, name: string): string | undefined {
    const own = `${message.id}.json`;
    const seen = join(this.paths.done, own);
    const done = lstatSync(seen, { throwIfNoEntry: false });
    if (done !== undefined) {
      const { ino, dev } = lstatSync(join(this.paths.inbox, name));
      const isOther = done.ino !== ino || done.dev !== dev;
      if (isOther) return `replay: ${message.id} has been delivered before`;
      rmSync(seen); // one file in both: a crash while it was taken back
    }
    if (name !== own) {
      const target = join(this.paths.inbox, own);
      if (lstatSync(target, { throwIfNoEntry: false })) {
        return `duplicate: ${message.id} is in the inbox already`;
      }
      placeFile(join(this.paths.inbox, name), target); // dropped by hand under another name
    }
    this.#add(message);
    return undefined;
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

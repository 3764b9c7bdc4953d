import {
  next,
  wasOffered,
  type Delivery,
  type DeliveryEvent,
  type LaneName,
} from '../mail/delivery.js';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import type { Gate } from '../mail/gate.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { inOrder, type Entry } from './entry.js';
import { InboxFiles } from './inbox-files.js';
import { Journal } from './journal.js';
import type { Log } from './log.js';
import { recover } from './recover.js';
import type { SignatureState } from '../mail/signing.js';
import { subjectOf } from '../mail/rulings.js';
import { settleFile, unsettleFile, type Settlement } from '../mail/settle.js';
import { SpareFile } from './spare.js';

/** Content of new messages that one scan leaves in memory; the rest is read when it is offered. */
const SCAN_BYTES = 256 * 1024;

/** A file may be on its way in; look again after so long. */
export const AGAIN_MS = 500;

/** What a session that attaches is known to have been given. */
export interface Given {
  /** Ids that its shim has handed to the client. */
  ids: ReadonlySet<string>;
  /** The lane by which they went where the journal does not say. */
  lane: LaneName;
}

/**
 * The inbox of one attached agent: the directory is the truth, this is what has been read of it.
 * All changes happen within one tick each, so two of them never interleave.
 */
export class Mailbox {
  readonly entries = new Map<string, Entry>();
  paths: MailboxPaths;
  /** For the next message that comes through this daemon. */
  spare: SpareFile;
  /** Is shown what comes as a file; must not throw. */
  onTakenIn: ((message: Message, signature: SignatureState) => void) | undefined;
  /** Ids not handed over yet; kept apart so that an arrival costs nothing for what lies around. */
  #waiting = new Set<string>();
  /** Ids of those that were given up: the sign of them may only be late. */
  #overdue = new Set<string>();
  /** What was seen and could not be moved, by id; tried again with the next look at the folder. */
  #unsettled = new Map<string, Settlement>();
  #given: Given;
  #journal: Journal;
  /** What the journal told when the agent attached. */
  #past: Map<string, Delivery>;
  /** Handed over without evidence, then gone from the inbox or taken back. */
  #shown = new Set<string>();
  readonly #files: InboxFiles;
  #log: Log;

  /**
   * @param rejected the folder for what is refused
   */
  constructor(paths: MailboxPaths, rejected: string, gate: Gate, given: Given, log: Log) {
    this.paths = paths;
    this.spare = new SpareFile(paths.tmp);
    this.#files = new InboxFiles(paths, rejected, gate, log);
    this.#given = given;
    this.#log = log;
    this.#journal = new Journal(paths.journal, log);
    this.#past = recover(paths, this.#journal, log);
  }

  /** A message that is being made durable at this moment; false when it is known already. */
  arrive(message: Message, committed: Promise<unknown>): boolean {
    if (this.entries.has(message.id)) return false;
    const entry = this.#add(message, 'verified'); // it is signed on its way to the disk
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
    if (names === undefined) for (const [id, how] of this.#unsettled) void this.settle(id, how);
    const fresh: Entry[] = [];
    let again = false;
    let bytes = 0;
    for (const name of names ?? this.#files.list()) {
      if (!this.#isNews(name)) continue;
      try {
        const verdict = this.#files.letIn(name);
        if (verdict.kind === 'later') again = true;
        if (verdict.kind !== 'message') continue;
        const entry = this.#add(verdict.message, verdict.signature);
        this.onTakenIn?.(verdict.message, verdict.signature);
        fresh.push(entry);
        bytes += verdict.message.content.text.length;
        if (bytes > SCAN_BYTES) entry.message = undefined;
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
    return inOrder([...this.handedOver()]);
  }

  /** The same in no order. */
  *handedOver(): Generator<Entry> {
    if (!this.hasUnconfirmed) return;
    for (const entry of this.entries.values()) if (entry.state.name === 'pushed') yield entry;
  }

  /** Whether a sign may come of any of those, or of what is overdue; cheap where many wait. */
  get hasUnconfirmed(): boolean {
    return this.#overdue.size > 0 || this.entries.size > this.#waiting.size;
  }

  /** It has been handed to a lane. */
  markPushed(entry: Entry, lane: LaneName): void {
    entry.held = false;
    // The lane before this one may have brought it, whatever becomes of this attempt.
    if (entry.state.name === 'pushed') entry.repeated = true;
    this.#change(entry, { event: 'pushed', lane });
  }

  /** The lane has brought no sign of it: it waits again, with a warning. */
  markOverdue(entry: Entry): void {
    if (entry.state.name !== 'pushed') return;
    entry.tried.push(entry.state.lane);
    entry.repeated = true;
    if (this.entries.get(entry.id) === entry) this.#overdue.add(entry.id);
    this.#change(entry, { event: 'overdue' });
  }

  /** The lane did not take it: it waits as before. */
  markUnsent(entry: Entry): void {
    this.#change(entry, { event: 'unsent' });
  }

  /** The tool result that it was on did not reach the client. */
  markDropped(entry: Entry): void {
    entry.taken = entry.seen = false;
    this.#change(entry, { event: 'dropped' });
  }

  /**
   * The message of an entry, from memory or, checked anew, from its file. What its signature tells now
   * is what the entry tells from then on.
   */
  read(entry: Entry): Message | undefined {
    if (entry.message !== undefined) return entry.message;
    const verdict = this.#files.readAgain(entry.id);
    if (verdict.kind === 'message' && verdict.message.id === entry.id) {
      entry.signature = verdict.signature;
      return verdict.message;
    }
    if (verdict.kind === 'later') return undefined; // it cannot be read at this moment: it is still there
    if (entry.state.name === 'pushed') this.#shown.add(entry.id); // should it come back
    this.#remove(entry.id); // taken away or spoilt by somebody; a scan will say which
    return undefined;
  }

  /** The mailbox is at another place now; its files have been moved. */
  moveTo(paths: MailboxPaths): void {
    this.spare.close();
    this.paths = this.#files.paths = paths;
    this.spare = new SpareFile(paths.tmp);
    this.#journal.flush();
    this.#journal = new Journal(paths.journal, this.#log);
    this.#past = recover(paths, this.#journal, this.#log);
  }

  /** Moves a message to `done/`, once it is durable. */
  async settle(id: string, how: Settlement): Promise<void> {
    const entry = this.entries.get(id);
    const isNoted = this.#unsettled.delete(id);
    await entry?.committed;
    // The sender waits for the answer to the same moment: it goes first.
    await new Promise((resolve) => setImmediate(resolve));
    if (entry === undefined || this.entries.get(id) !== entry) return;
    // Taken back meanwhile: the tool result did not reach the client.
    const isResult = how.state === 'seen' && how.evidence === 'tool result';
    if (isResult && entry.state.name !== 'pushed') {
      entry.taken = entry.seen = false;
      return;
    }
    try {
      if (!isNoted) this.#note(id, how);
      settleFile(this.paths, id, how);
      this.#remove(id);
    } catch (error) {
      // It was seen, whatever the disk says: it is neither shown again nor taken for expired.
      entry.taken = how.state === 'seen';
      if (entry.taken) this.#unsettled.set(id, how);
      this.#log.error({ err: error, id, ...how }, 'message cannot be settled');
    }
  }

  /**
   * Notes that a message which had left with a tool result was not seen after all.
   *
   * @returns false when it was not that result that showed it to be seen: it stays in `done/`
   */
  unsettle(id: string): boolean {
    this.#journal.flush();
    const told = this.#journal.read().get(id);
    const dropped: DeliveryEvent = { event: 'dropped' };
    const hasEnded = told?.state.name === 'seen' || told?.state.name === 'expired';
    if (hasEnded && next(told.state, dropped) === undefined) return false;
    if (wasOffered([...(told?.history ?? []), dropped])) this.#shown.add(id);
    this.#journal.note(id, dropped);
    this.#journal.flush(); // a crash before the move is mended, see recover.ts
    unsettleFile(this.paths, id);
    return true;
  }

  /** For now and then: what has ended long ago is not noted for ever. */
  tidy(): void {
    this.#journal.compact((id) => this.entries.has(id));
  }

  /** What has been noted is on the disk when this returns. */
  flush(): void {
    this.#journal.flush();
  }

  /** Files that are being made durable at this moment. */
  pending(): Promise<unknown>[] {
    return [...this.entries.values()].flatMap((entry) => entry.committed ?? []);
  }

  #add(message: Message, signature: SignatureState): Entry {
    const { id } = message;
    const past = this.#past.get(id);
    const given = this.#given.ids.has(id);
    const lane = past?.state.name === 'pushed' ? past.state.lane : this.#given.lane;
    const entry: Entry = {
      id,
      sentAt: sentAt(message),
      expiresAt: expiresAt(message),
      subject: subjectOf(message),
      state: given ? { name: 'pushed', lane } : { name: 'accepted' },
      at: performance.now(),
      tried: [],
      repeated: this.#shown.has(id) || (!given && wasOffered(past?.history ?? [])),
      held: false,
      taken: false,
      seen: false,
      signature,
      message,
      committed: undefined,
    };
    this.entries.set(id, entry);
    if (!given) this.#waiting.add(id);
    // The shim has written the result to the client: that is what the evidence is.
    else if (lane === 'tool') void this.settle(id, { state: 'seen', evidence: 'tool result' });
    return entry;
  }

  #change(entry: Entry, event: DeliveryEvent): void {
    const state = next(entry.state, event);
    if (state === undefined || this.entries.get(entry.id) !== entry) return;
    entry.state = state;
    entry.at = performance.now();
    if (state.name === 'accepted') this.#waiting.add(entry.id);
    else this.#waiting.delete(entry.id);
    this.#journal.note(entry.id, event);
  }

  /** The journal first: a crash in between leaves a file in the inbox that is known to be seen. */
  #note(id: string, how: Settlement): void {
    const { state, ...rest } = how;
    this.#journal.note(id, { event: state, ...rest } as DeliveryEvent);
    this.#journal.flush();
  }

  #remove(id: string): void {
    this.entries.delete(id);
    this.#waiting.delete(id);
    this.#overdue.delete(id);
    this.#unsettled.delete(id);
  }

  #isNews(name: string): boolean {
    if (this.#files.isPassedOver(name)) return false;
    return !(name.endsWith('.json') && this.entries.has(name.slice(0, -'.json'.length)));
  }
}

import {
  next,
  wasOffered,
  type Delivery,
  type DeliveryEvent,
  type LaneName,
} from '../mail/delivery.js';
import { basename } from 'node:path';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import type { Gate } from '../mail/gate.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { inOrder, type Entry } from './entry.js';
import { InboxFiles } from './inbox-files.js';
import { InboxReader, type Scan } from './inbox-reader.js';
import { Journal } from './journal.js';
import type { Log } from './log.js';
import type { PassedOn } from './lost-results.js';
import { Queue } from './queue.js';
import { recover } from './recover.js';
import type { SignatureState } from '../mail/signing.js';
import { subjectOf } from '../mail/rulings.js';
import { trustSubjectOf } from '../mail/standing.js';
import { settleFile, unsettleFile, type Settlement } from '../mail/settle.js';
import { SpareFiles } from './spare.js';

/** What a session that attaches is known to have been given. */
export interface Given extends PassedOn {
  /** The lane by which they went where the journal does not say. */
  lane: LaneName;
}

/**
 * The inbox of one attached agent: the directory is the truth, this is what has been read of it.
 * All changes happen within one tick each, so two of them never interleave.
 */
export class Mailbox {
  /** What has been read; see {@link get} for any other. */
  readonly entries = new Map<string, Entry>();
  paths: MailboxPaths;
  /** For the next message that comes through this daemon. */
  spare: SpareFiles;
  /** Is shown what comes as a file; must not throw. */
  onTakenIn: ((entry: Entry, message: Message) => void) | undefined;
  readonly #queue: Queue;
  /** Ids of those that were given up: the sign of them may only be late. */
  #overdue = new Set<string>();
  /** What was seen and could not be moved, by id; tried again with the next look at the folder. */
  #unsettled = new Map<string, Settlement>();
  #given: Given;
  #journal: Journal;
  /** What the journal told when the agent attached. */
  #past: Map<string, Delivery>;
  /** Handed over without evidence, then gone from the inbox or taken back. */
  readonly #shown: Set<string>;
  readonly #files: InboxFiles;
  readonly #reader: InboxReader;
  #log: Log;

  /**
   * @param rejected the folder for what is refused
   * @param atOnce see {@link InboxReader}
   */
  constructor(
    paths: MailboxPaths,
    rejected: string,
    gate: Gate,
    given: Given,
    log: Log,
    atOnce?: number,
  ) {
    this.paths = paths;
    this.spare = new SpareFiles(paths.tmp);
    this.#files = new InboxFiles(paths, rejected, gate, log);
    this.#reader = new InboxReader(
      this.#files,
      {
        read: this.entries,
        history: () => [...this.#given.ids, ...this.#past.keys()],
        take: (message, signature) => {
          const entry = this.#add(message, signature);
          this.onTakenIn?.(entry, message);
          return entry;
        },
      },
      log,
      atOnce,
    );
    this.#queue = new Queue(gate.standing, () => this.#name);
    this.#given = given;
    this.#log = log;
    this.#journal = new Journal(paths.journal, log);
    const { past, lost } = recover(paths, this.#journal, log, given);
    this.#past = past;
    this.#shown = new Set(lost);
  }

  /** A message that is being made durable at this moment; false when it is known already. */
  arrive(message: Message, committed: Promise<unknown>): boolean {
    if (this.has(message.id)) return false;
    this.#add(message, 'verified', committed); // it is signed on its way to the disk
    return true;
  }

  /** What follows when the file of an entry is durable, or could not be made so. */
  #follow(entry: Entry, committed: Promise<unknown>): Promise<unknown> {
    return committed.then(
      () => {
        entry.committed = undefined;
        entry.message = undefined; // from now on the file has it
      },
      () => {
        // The sender has been told. Where the file could not be taken back, it comes a second time.
        if (entry.state.name === 'pushed') this.#shown.add(entry.id);
        this.#remove(entry.id);
      },
    );
  }

  /** How many messages there are, read or not. */
  get size(): number {
    return this.entries.size + this.unread;
  }

  /** How many of them were not read yet. */
  get unread(): number {
    return this.#reader.unread;
  }

  /**
   * The session has been told of what was not read yet, so that nothing of it is news; or that telling
   * did not reach it.
   */
  nameUnread(isNamed: boolean): void {
    this.#reader.isNamed = isNamed;
  }

  has(id: string): boolean {
    return this.entries.has(id) || this.#reader.has(id);
  }

  /** The entry of a message; one that was not read yet is read now. */
  get(id: string): Entry | undefined {
    this.#reader.readOne(id);
    return this.entries.get(id);
  }

  /**
   * Reads what is new: the named files, or the whole folder. Of very many the oldest ones are read, and
   * the others with {@link readOn}.
   *
   * @throws Cc2ccError E_UNSAFE when the folders are not ours alone; nothing is read then
   */
  scan(names?: Iterable<string>): Scan {
    if (names === undefined) this.tend();
    return this.#reader.scan(names);
  }

  /**
   * Reads the next ones of very many.
   *
   * @throws Cc2ccError E_UNSAFE, as {@link scan}
   */
  readOn(): Scan {
    return this.#reader.readOn();
  }

  /** Whether a scan of the whole folder would find what the last one found. */
  get isScanned(): boolean {
    return this.#files.isWhole;
  }

  /** What is to be done about messages that are known, in every round. */
  tend(): void {
    for (const [id, how] of this.#unsettled) void this.settle(id, how);
    this.turnAway();
    this.spare.tend();
  }

  /**
   * Entries that may be handed over and were not yet, in queue order; those whose time is up do not
   * count, nor those that wait for a person's word, nor those before which others may have been sent
   * that were not read yet.
   */
  waiting(now = Date.now()): Entry[] {
    return this.#queue.ready(now, this.#reader.begins);
  }

  /** Entries that are held until a person approves them, in queue order. */
  unapproved(): Entry[] {
    return this.#queue.held();
  }

  /** Whether a message is here and nobody may be given it before a person approves it. */
  isUnapproved(id: string): boolean {
    const entry = this.get(id);
    return entry !== undefined && this.#queue.isHeld(entry);
  }

  /** Looks anew at who may write to whom, and rejects what waits of senders who may not any more. */
  turnAway(): void {
    for (const [entry, reason] of this.#queue.judge()) this.reject(entry, reason);
  }

  /** Moves what is not let in after all to `rejected/`. */
  reject(entry: Entry, reason: string): void {
    this.#files.reject(`${entry.id}.json`, reason);
    this.#remove(entry.id);
  }

  get #name(): string {
    return basename(this.paths.dir).slice('to-'.length);
  }

  /** Entries that were handed over without evidence that they were seen, in queue order. */
  unconfirmed(): Entry[] {
    return inOrder([...this.handedOver()].filter((entry) => this.#queue.mayPass(entry)));
  }

  /** The same in no order. */
  *handedOver(): Generator<Entry> {
    if (!this.hasUnconfirmed) return;
    for (const entry of this.entries.values()) if (entry.state.name === 'pushed') yield entry;
  }

  /** Whether a sign may come of any of those, or of what is overdue; cheap where many wait. */
  get hasUnconfirmed(): boolean {
    return this.#overdue.size > 0 || this.entries.size > this.#queue.size;
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
    const { subject, signature } = entry;
    const verdict = this.#files.readAgain(entry.id, { from: subject.from, signature });
    if (verdict.kind === 'message' && verdict.message.id === entry.id) {
      entry.signature = verdict.signature;
      return verdict.message;
    }
    if (verdict.kind === 'later') return undefined; // it cannot be read at this moment: it is still there
    if (entry.state.name === 'pushed') this.#shown.add(entry.id); // should it come back
    this.#remove(entry.id); // taken away or spoilt by somebody; a scan will say which
    this.#files.markChanged();
    return undefined;
  }

  /** The mailbox is at another place now; its files have been moved. */
  moveTo(paths: MailboxPaths): void {
    this.spare.close();
    this.paths = this.#files.paths = paths;
    this.#reader.forget();
    this.spare = new SpareFiles(paths.tmp);
    this.#journal.flush();
    this.#journal = new Journal(paths.journal, this.#log);
    this.#past = recover(paths, this.#journal, this.#log).past;
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
    this.#journal.compact((id) => this.has(id));
  }

  /** What has been noted is on the disk when this returns. */
  flush(): void {
    this.#journal.flush();
  }

  /** Files that are being made durable at this moment. */
  pending(): Promise<unknown>[] {
    return [...this.entries.values()].flatMap((entry) => entry.committed ?? []);
  }

  #add(message: Message, signature: SignatureState, committed?: Promise<unknown>): Entry {
    const { id } = message;
    const past = this.#past.get(id);
    const given = this.#given.ids.has(id);
    const lane = past?.state.name === 'pushed' ? past.state.lane : this.#given.lane;
    const entry: Entry = {
      id,
      sentAt: sentAt(message),
      expiresAt: expiresAt(message),
      subject: subjectOf(message),
      trust: trustSubjectOf(message, signature),
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
    // Before anything settles it: what is noted as seen must be in the inbox.
    if (committed !== undefined) entry.committed = this.#follow(entry, committed);
    this.entries.set(id, entry);
    if (this.#queue.isHeld(entry)) {
      this.#log.info({ id, from: message.from, to: this.#name }, 'held until a person approves it');
    }
    if (!given) this.#queue.add(entry);
    // The shim has written the result to the client: that is what the evidence is.
    else if (lane === 'tool') void this.settle(id, { state: 'seen', evidence: 'tool result' });
    return entry;
  }

  #change(entry: Entry, event: DeliveryEvent): void {
    const state = next(entry.state, event);
    if (state === undefined || this.entries.get(entry.id) !== entry) return;
    entry.state = state;
    entry.at = performance.now();
    if (state.name === 'accepted') this.#queue.add(entry);
    else this.#queue.delete(entry.id);
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
    this.#queue.delete(id);
    this.#overdue.delete(id);
    this.#unsettled.delete(id);
  }
}

import type { SignatureState } from '../mail/signing.js';
import type { Message } from '../protocol/envelope.js';
import { Backlog } from './backlog.js';
import { inOrder, type Entry, type Place } from './entry.js';
import type { InboxFiles } from './inbox-files.js';
import type { Log } from './log.js';

/** Content of messages that are read at once, about; it is kept until they were offered. */
const AT_ONCE_BYTES = 256 * 1024;

/** So many files are read at once: as many as the pushes of one offer bring, where messages are short. */
const AT_ONCE = 256;

/** Of very many, so many are read before others have their turn: a millisecond. */
const READ_ON = 16;

/** What a look into the inbox has found. */
export interface Scan {
  /** New messages in queue order. */
  fresh: Entry[];
  /** A file may be on its way in: it should be looked at again soon. */
  again: boolean;
}

/** What is known of an inbox beside its files. */
export interface Known {
  /** Messages that have been read, by id. */
  read: ReadonlyMap<string, Entry>;
  /** Ids of messages that were handed over before: a sign of them may come at any moment. */
  history: () => string[];
  /** Takes in a message that was let in. */
  take: (message: Message, signature: SignatureState) => Entry;
}

/** Reads the files of one inbox, so many at a time that others have their turn. */
export class InboxReader {
  /** The session has been told that what is unread waits: it is no news when it is read. */
  isNamed = false;
  readonly #files: InboxFiles;
  readonly #known: Known;
  readonly #log: Log;
  readonly #atOnce: number;
  readonly #backlog = new Backlog();
  /** Of what was listed and read since, something has to be looked at again. */
  #unfinished = false;

  /** @param atOnce files that are read at a time */
  constructor(files: InboxFiles, known: Known, log: Log, atOnce = AT_ONCE) {
    this.#files = files;
    this.#known = known;
    this.#log = log;
    this.#atOnce = atOnce;
  }

  /** How many files are there and were not read yet. */
  get unread(): number {
    return this.#backlog.size;
  }

  /** From where on others may come in between; see {@link Backlog.begins}. */
  get begins(): Place | undefined {
    return this.#backlog.begins;
  }

  /** Whether the file of a message is there and was not read yet. */
  has(id: string): boolean {
    return this.#backlog.has(fileOf(id));
  }

  /** The same as {@link Mailbox.scan}. */
  scan(names?: Iterable<string>): Scan {
    if (names !== undefined) {
      // Most rings are about what we put there ourselves, and have often moved on since.
      const news = [...names].filter((name) => this.#isNews(name) && this.#files.has(name));
      return news.length === 0 ? { fresh: [], again: false } : this.#take(news);
    }
    // What was listed is read on; only a folder that has changed is listed again.
    if (this.unread > 0 && this.#files.isListed) return this.readOn();
    this.#backlog.clear();
    this.#unfinished = false;
    const scan = this.#take(this.#files.list().filter((name) => this.#isNews(name)));
    this.#finish();
    return scan;
  }

  /** The same as {@link Mailbox.readOn}. */
  readOn(): Scan {
    this.#files.secure();
    const scan = this.#letIn(this.#backlog.drain(), Math.min(READ_ON, this.#atOnce));
    for (const entry of scan.fresh) entry.held = this.isNamed;
    this.#finish();
    return scan;
  }

  /** Reads the file of a message if it is unread. */
  readOne(id: string): void {
    if (this.has(id) && this.#files.isSecure) this.#letIn(this.#withdrawing([fileOf(id)]), 1);
  }

  /** The files are at another place now: the next scan lists what lies there. */
  forget(): void {
    this.#backlog.clear();
    this.#files.markChanged();
  }

  /** Reads files, or the first of very many. */
  #take(names: readonly string[]): Scan {
    this.#files.secure();
    if (names.length <= this.#atOnce) {
      for (const name of names) this.#backlog.withdraw(name);
      const files = names.values();
      const scan = this.#letIn(files, this.#atOnce);
      this.#putOff([...files]);
      return scan;
    }
    this.#putOff(names);
    const first = this.#known
      .history()
      .map(fileOf)
      .filter((name) => this.#backlog.has(name));
    const files = inTurn(this.#withdrawing(first), this.#backlog.drain());
    return this.#letIn(files, first.length + this.#atOnce);
  }

  /** Takes names out of the backlog one by one, as they are read. */
  *#withdrawing(names: readonly string[]): Generator<string> {
    for (const name of names) {
      this.#backlog.withdraw(name);
      yield name;
    }
  }

  /** For {@link readOn}. */
  #putOff(names: readonly string[]): void {
    if (names.length === 0) return;
    this.#backlog.add(names);
    this.isNamed = false;
  }

  /** Lets in so many files, and fewer where they are large. */
  #letIn(names: Iterable<string>, most: number): Scan {
    const fresh: Entry[] = [];
    let again = false;
    let bytes = 0;
    let count = 0;
    for (const name of names) {
      try {
        const verdict = this.#files.letIn(name);
        if (verdict.kind === 'later') again = true;
        if (verdict.kind === 'message') {
          fresh.push(this.#known.take(verdict.message, verdict.signature));
          bytes += verdict.message.content.text.length;
        }
      } catch (error) {
        // One file that cannot be dealt with must not stand in the way of the next.
        this.#log.error({ err: error, mailbox: this.#files.paths.dir }, 'file cannot be read');
        again = true;
      }
      count += 1;
      if (count >= most || bytes >= AT_ONCE_BYTES) break;
    }
    this.#unfinished ||= again;
    return { fresh: inOrder(fresh), again };
  }

  /** Notes it when all that was listed has been read. */
  #finish(): void {
    if (this.unread === 0 && !this.#unfinished) this.#files.markWhole();
  }

  #isNews(name: string): boolean {
    if (this.#files.isPassedOver(name)) return false;
    const { read } = this.#known;
    return read.size === 0 || !read.has(idOf(name)); // there may be very many names
  }
}

const ENDING = '.json';

const fileOf = (id: string): string => id + ENDING;

/** The id of the message that has a file of such a name; anything else is the id of none. */
const idOf = (name: string): string => (name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : '');

function* inTurn<T>(...all: Iterable<T>[]): Generator<T> {
  for (const one of all) yield* one;
}

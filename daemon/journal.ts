import { closeSync, lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  appendJournal,
  readJournal,
  type Delivery,
  type DeliveryEvent,
  type JournalLine,
} from '../mail/delivery.js';
import { errnoOf } from '../protocol/errors.js';
import { openOwn } from '../protocol/open-own.js';
import type { Log } from './log.js';
import { patiently } from '../protocol/patiently.js';

/** A journal that has grown beyond this loses what has ended; `done/` and the receipts still tell. */
const COMPACT_BYTES = 256 * 1024;

/** Lines that a full disk does not take are kept, but not for ever. */
const MAX_UNWRITTEN = 10_000;

/**
 * `to-<name>/journal.jsonl`: what became of the messages that are not settled yet, so that the next
 * daemon knows what this one did. Not synced: it has to survive us, and after a power cut no session
 * is left that could have been given anything.
 */
export class Journal {
  readonly path: string;
  #log: Log;
  #queue: JournalLine[] = [];
  /** Bytes beyond which it is worth while to compact again. */
  #limit = COMPACT_BYTES;
  #scheduled = false;

  constructor(path: string, log: Log) {
    this.path = path;
    this.#log = log;
  }

  /**
   * Notes an event. The lines of one tick are written together at its end: what caused them, such as
   * a push, goes first.
   */
  note(id: string, event: DeliveryEvent): void {
    this.#queue.push({ id, at: new Date().toISOString(), ...event });
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /**
   * Writes what waits. For an end of a message the line comes before the deed. What cannot be written
   * is tried again with the next line.
   */
  flush(): void {
    this.#scheduled = false;
    const lines = this.#queue.splice(0);
    if (lines.length === 0) return;
    try {
      appendJournal(this.path, lines);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return; // the mailbox was removed by hand
      this.#queue = lines.slice(-MAX_UNWRITTEN);
      this.#log.warn({ err: error, journal: this.path }, 'cannot write the journal');
    }
  }

  /** All that is known, by message id. */
  read(): Map<string, Delivery> {
    try {
      return readJournal(this.path);
    } catch (error) {
      this.#log.warn({ err: error, journal: this.path }, 'cannot read the journal');
      return new Map();
    }
  }

  /** Forgets messages that have left the inbox, once there are many of them. */
  compact(isOpen: (id: string) => boolean): void {
    if (this.#size() <= this.#limit) return;
    this.flush();
    const fresh = `${this.path}.new`;
    try {
      const kept = [...readJournal(this.path)].filter(([id]) => isOpen(id));
      const lines = kept.flatMap(([, { history }]) => history);
      const fd = openOwn(fresh, 'replace');
      try {
        writeFileSync(fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      } finally {
        closeSync(fd);
      }
      patiently(() => renameSync(fresh, this.path));
      this.#limit = Math.max(COMPACT_BYTES, 2 * this.#size());
    } catch (error) {
      rmSync(fresh, { force: true });
      this.#log.warn({ err: error, journal: this.path }, 'cannot compact the journal');
    }
  }

  #size(): number {
    return lstatSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }
}

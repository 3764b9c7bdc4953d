import { existsSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import { timeOfId } from '../protocol/ids.js';
import { listFolder } from '../protocol/list-folder.js';
import { readHead } from '../protocol/own-file.js';
import { mailboxPathsIn, type MailboxPaths } from '../protocol/paths.js';
import { readJournal } from './delivery.js';
import { inspectFile } from './inspect.js';
import type { Keyring } from './keyring.js';
import { mailboxFault } from './mailbox-folders.js';
import type { SignatureState } from './signing.js';

/** A message of the past, or one that waits. */
export interface Recorded {
  message: Message;
  signature: SignatureState;
  state: 'waiting' | 'seen' | 'expired';
  /** The folder of its mailbox: `to-<name>`, or `<from>-to-<name>` of older versions of the original. */
  mailbox: string;
  /** Path of its file when it was read. */
  path: string;
}

/** A message file that was listed, and not yet read. */
export interface Place {
  /** Epoch milliseconds of sending, as far as the name or the beginning of the file tells. */
  time: number;
  file: string;
  box: Box;
  folder: 'inbox' | 'done';
}

/** So much of a file is read for its time; writers put `timestamp` to the beginning. */
const HEAD_BYTES = 4096;
const TIMESTAMP = /"timestamp"\s*:\s*"([^"\\]{10,40})"/;

/** `to-<name>`, and the `<from>-to-<name>` of older versions of the original. */
const MAILBOX = /^(?:[A-Za-z0-9][\w.-]*-)?to-[A-Za-z0-9][\w.-]*$/;

/**
 * All message files of a root in the order of sending, oldest first. Only names are held: a root may
 * have many more messages than memory.
 */
export function messagePlaces(root: string): Place[] {
  const places: Place[] = [];
  for (const folder of listFolder(root)) {
    if (!MAILBOX.test(folder)) continue;
    const box = new Box(join(root, folder));
    if (mailboxFault(box.paths) !== undefined) continue;
    // The inbox first: one that moves meanwhile is found twice and not never.
    const waiting = new Set(box.list('inbox'));
    for (const file of waiting) places.push(placeOf(box, 'inbox', file));
    for (const file of box.list('done')) {
      if (!waiting.has(file)) places.push(placeOf(box, 'done', file));
    }
  }
  return places.sort((a, b) => a.time - b.time || (a.file < b.file ? -1 : 1));
}

/**
 * Reads one.
 *
 * @returns undefined when it is gone or still being written, `broken` when it is no message
 */
export function readPlace(place: Place, keys: Keyring): Recorded | 'broken' | undefined {
  const { box, file, time } = place;
  const other = place.folder === 'inbox' ? 'done' : 'inbox';
  for (const folder of [place.folder, other] as const) {
    const path = join(box.paths[folder], file);
    const verdict = inspectFile(path, file, keys, time);
    if (verdict.kind === 'gone') continue;
    if (verdict.kind === 'later') return undefined;
    if (verdict.kind === 'reject') return 'broken';
    const { message, signature } = verdict;
    const state = box.stateOf(message, folder, path);
    return { message, signature, state, mailbox: basename(box.paths.dir), path };
  }
  return undefined;
}

/** One mailbox and what its journal tells. */
class Box {
  readonly paths: MailboxPaths;
  #ends: Map<string, 'seen' | 'expired'> | undefined;

  constructor(dir: string) {
    this.paths = mailboxPathsIn(dir);
  }

  list(folder: 'inbox' | 'done'): string[] {
    return listFolder(this.paths[folder]).filter(
      (file) => file.endsWith('.json') && !file.startsWith('.'),
    );
  }

  stateOf(message: Message, folder: 'inbox' | 'done', path: string): Recorded['state'] {
    const { id } = message;
    // The line comes before the deed, so a message can be seen that still lies in the inbox.
    const told = this.#told().get(id);
    if (told !== undefined) return told;
    if (folder === 'inbox') return Date.now() >= expiresAt(message) ? 'expired' : 'waiting';
    if (existsSync(join(this.paths.receipts, `${id}.receipt.json`))) return 'seen';
    // Renaming a file sets this time, so it is when the message was moved to done/.
    const moved = lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? sentAt(message);
    return moved >= expiresAt(message) ? 'expired' : 'seen';
  }

  /** Read once, and only the ends kept: a journal tells much more. */
  #told(): Map<string, 'seen' | 'expired'> {
    if (this.#ends !== undefined) return this.#ends;
    this.#ends = new Map();
    for (const [id, { state }] of readJournal(this.paths.journal)) {
      if (state.name === 'seen' || state.name === 'expired') this.#ends.set(id, state.name);
    }
    return this.#ends;
  }
}

function placeOf(box: Box, folder: 'inbox' | 'done', file: string): Place {
  const id = file.slice(0, -'.json'.length);
  return { box, folder, file, time: timeOfId(id) ?? timeIn(join(box.paths[folder], file)) };
}

/** Of a file whose name bears no time: its timestamp, else the time at which it was written. */
function timeIn(path: string): number {
  const found = readHead(path, HEAD_BYTES);
  if (found === undefined) return 0;
  const at = Date.parse(TIMESTAMP.exec(found.head.toString())?.[1] ?? '');
  return Number.isNaN(at) ? found.stats.mtimeMs : at;
}

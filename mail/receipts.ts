import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  open,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { closeQuietly } from '../protocol/close-quietly.js';
import { basename, dirname, join } from 'node:path';
import { Cc2ccError, errnoOf } from '../protocol/errors.js';
import { commitsUnderWay } from './deliver.js';
import { secureFolder } from '../protocol/own-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { patiently } from '../protocol/patiently.js';
import { isTombstone } from './tombstone.js';

/**
 * Receipts wait for a moment in which no message is on its way to the disk and for so long none was seen,
 * but not for ever.
 */
const QUIET_MS = 2;
const LATEST_MS = 500;

/**
 * So many drafts are opened at a time, by other threads: making a file can take a millisecond. More would
 * keep those threads from syncing messages.
 */
const AT_ONCE = 1;

/** One that a full disk did not take is tried again after so long, with others like it. */
const AGAIN_MS = 1_000;
const AGAIN_AT_ONCE = 100;

/** What cannot be written is not kept for ever: the message in `done/` says the same. */
const MAX_LATE = 10_000;

interface Receipt {
  path: string;
  text: string;
}

/**
 * Receipts of the original's form. They speak of messages that lie in `done/` already and can be
 * late; what a crash in between loses is written when the agent attaches.
 */
const queue: Receipt[] = [];
let timer: NodeJS.Timeout | undefined;
/** When the first and the last of them came, on a clock that nobody sets. */
let firstAt = 0;
let lastAt = 0;
/** Those that are being written. One that is taken out meanwhile is not put into its place. */
const writing = new Set<Receipt>();
/** How many drafts are being opened. */
let drafts = 0;
/** Those who wait until there are none. */
const waiting: (() => void)[] = [];
/** Those that the disk refused. */
const late: Receipt[] = [];
let again: NodeJS.Timeout | undefined;

export function leaveReceipt(paths: MailboxPaths, id: string, evidence: string): void {
  const receipt = {
    msg_id: id,
    delivered_at: new Date().toISOString(),
    delivered_to: basename(paths.dir).slice('to-'.length),
    evidence,
  };
  queue.push({ path: receiptPath(paths, id), text: `${JSON.stringify(receipt, null, 2)}\n` });
  lastAt = performance.now();
  if (timer !== undefined) return;
  firstAt = lastAt;
  timer = setTimeout(whenQuiet, QUIET_MS);
}

/** Leaves the receipt that a daemon before us had no time for. */
export function completeReceipt(paths: MailboxPaths, id: string, evidence: string): void {
  const done = join(paths.done, `${id}.json`);
  if (existsSync(receiptPath(paths, id)) || !existsSync(done) || isTombstone(done)) return;
  leaveReceipt(paths, id, evidence);
}

/** Removes the receipt of a message that was not seen after all. */
export function withdrawReceipt(paths: MailboxPaths, id: string): void {
  const path = receiptPath(paths, id);
  for (const receipts of [queue, late]) {
    const place = receipts.findIndex((receipt) => receipt.path === path);
    if (place >= 0) receipts.splice(place, 1);
  }
  for (const receipt of writing) if (receipt.path === path) writing.delete(receipt);
  rmSync(path, { force: true });
}

/** Writes all that wait; for the end of the daemon, and before a mailbox is moved. */
export function writeReceipts(): void {
  const receipts = [...late.splice(0), ...writing, ...queue.splice(0)];
  writing.clear();
  for (const receipt of receipts) write(receipt);
}

/** Resolves when no draft of a receipt is left: who ends before that leaves it lying around. */
export async function receiptsWritten(): Promise<void> {
  if (drafts > 0) await new Promise<void>((resolve) => waiting.push(resolve));
}

/** A timer that is set anew with each message would cost more than one that looks again. */
function whenQuiet(): void {
  const now = performance.now();
  const quietAt = commitsUnderWay() > 0 ? now + QUIET_MS : lastAt + QUIET_MS;
  const due = Math.min(quietAt, firstAt + LATEST_MS);
  timer = due > now ? setTimeout(whenQuiet, due - now) : undefined;
  if (timer === undefined) writeNext();
}

function writeNext(): void {
  while (drafts < AT_ONCE) {
    const receipt = queue.shift();
    if (receipt === undefined) return;
    begin(receipt);
  }
}

/** The draft is opened by another thread, and put into its place if it is still wanted. */
function begin(receipt: Receipt): void {
  const draft = draftOf(receipt);
  try {
    ensureFolders(receipt);
  } catch (error) {
    failed(receipt, draft, error);
    return;
  }
  writing.add(receipt);
  drafts += 1;
  open(draft, 'wx', 0o600, (error, fd) => {
    drafts -= 1;
    if (!writing.delete(receipt)) abandon(draft, error === null ? fd : undefined);
    else if (error === null) complete(receipt, draft, fd);
    else failed(receipt, draft, error);
    writeNext();
    if (drafts === 0) for (const resolve of waiting.splice(0)) resolve();
  });
}

function write(receipt: Receipt): void {
  const draft = draftOf(receipt);
  let fd;
  try {
    ensureFolders(receipt);
    fd = openSync(draft, 'wx', 0o600);
  } catch (error) {
    failed(receipt, draft, error);
    return;
  }
  complete(receipt, draft, fd);
}

/** Whole or not at all: a receipt that a full disk, or our end, cut off would stay so. */
function draftOf({ path }: Receipt): string {
  return join(dirname(dirname(path)), 'tmp', `${basename(path)}.${randomUUID().slice(0, 8)}`);
}

/** Not those above them: a mailbox that was removed meanwhile must not come back for a receipt. */
function ensureFolders({ path }: Receipt): void {
  const receipts = dirname(path);
  const mailbox = dirname(receipts);
  secureFolder(mailbox);
  for (const folder of [join(mailbox, 'tmp'), receipts]) {
    if (!secureFolder(folder)) mkdirSync(folder, { mode: 0o700 });
  }
}

function complete(receipt: Receipt, draft: string, fd: number): void {
  try {
    try {
      writeFileSync(fd, receipt.text);
    } finally {
      closeSync(fd);
    }
    patiently(() => renameSync(draft, receipt.path));
  } catch (error) {
    failed(receipt, draft, error);
  }
}

function abandon(draft: string, fd: number | undefined): void {
  if (fd !== undefined) closeQuietly(fd);
  discard(draft);
}

function failed(receipt: Receipt, draft: string, error: unknown): void {
  // The mailbox is not ours alone, as the status report says. A disk that fails is tried again.
  if (error instanceof Cc2ccError && error.code === 'E_UNSAFE') return;
  if (errnoOf(error) === undefined) throw error;
  discard(draft);
  if (errnoOf(error) !== 'ENOENT' && late.length < MAX_LATE) late.push(receipt);
  // Not for this a program stays that has all else done.
  again ??= late.length === 0 ? undefined : setTimeout(tryAgain, AGAIN_MS).unref();
}

function tryAgain(): void {
  again = undefined;
  for (const receipt of late.splice(0, AGAIN_AT_ONCE)) write(receipt);
}

function discard(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // What is left in tmp/ is swept later; the first error is the one that counts.
  }
}

function receiptPath(paths: MailboxPaths, id: string): string {
  return join(paths.receipts, `${id}.receipt.json`);
}

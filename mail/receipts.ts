import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../protocol/errors.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { isTombstone } from './tombstone.js';

/** Receipts wait so long for a quiet moment: making a file can take a millisecond. */
const DELAY_MS = 20;

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

export function leaveReceipt(paths: MailboxPaths, id: string, evidence: string): void {
  const receipt = {
    msg_id: id,
    delivered_at: new Date().toISOString(),
    delivered_to: basename(paths.dir).slice('to-'.length),
    evidence,
  };
  queue.push({ path: receiptPath(paths, id), text: `${JSON.stringify(receipt, null, 2)}\n` });
  timer ??= setTimeout(writeNext, DELAY_MS);
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
  const waiting = queue.findIndex((receipt) => receipt.path === path);
  if (waiting >= 0) queue.splice(waiting, 1);
  rmSync(path, { force: true });
}

/** Writes all that wait; for the end of the daemon, and before a mailbox is moved. */
export function writeReceipts(): void {
  for (const receipt of queue.splice(0)) write(receipt);
}

/** One in a turn of the event loop, so that no message waits for more than one of them. */
function writeNext(): void {
  const receipt = queue.shift();
  if (receipt !== undefined) write(receipt);
  if (queue.length > 0) setImmediate(writeNext);
  else timer = undefined;
}

/** One that cannot be written is missing: the message in done/ says the same. */
function write({ path, text }: Receipt): void {
  try {
    // Not those above it: a mailbox that was removed meanwhile must not come back for a receipt.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

function receiptPath(paths: MailboxPaths, id: string): string {
  return join(paths.receipts, `${id}.receipt.json`);
}

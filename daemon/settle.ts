import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../protocol/errors.js';
import type { MailboxPaths } from '../protocol/paths.js';

/** How a message ended: seen by the session (with the evidence), or expired. */
export type Settlement =
  { state: 'seen'; evidence: 'tool result' | 'reply' | 'proven lane' } | { state: 'expired' };

/**
 * Moves a message from `inbox/` to `done/` and, when it was seen, leaves a receipt of the original's
 * form. The receipt comes last: it must never speak of a message that is still waiting.
 */
export function settleFile(paths: MailboxPaths, id: string, how: Settlement): void {
  const move = (): void => {
    renameSync(join(paths.inbox, `${id}.json`), join(paths.done, `${id}.json`));
  };
  try {
    move();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    mkdirSync(paths.done, { recursive: true, mode: 0o700 });
    try {
      move();
    } catch (again) {
      // Somebody took the file out of the inbox by hand; there is nothing left to move.
      if (errnoOf(again) === 'ENOENT') return;
      throw again;
    }
  }
  if (how.state === 'seen') writeReceipt(paths, id, how.evidence);
}

/**
 * Takes a settlement back: the message waits again. For a result that left us but was thrown away
 * before it reached the client.
 */
export function unsettleFile(paths: MailboxPaths, id: string): void {
  const done = join(paths.done, `${id}.json`);
  rmSync(receiptPath(paths, id), { force: true });
  try {
    linkSync(done, join(paths.inbox, `${id}.json`));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  rmSync(done, { force: true });
}

function receiptPath(paths: MailboxPaths, id: string): string {
  return join(paths.receipts, `${id}.receipt.json`);
}

function writeReceipt(paths: MailboxPaths, id: string, evidence: string): void {
  mkdirSync(paths.receipts, { recursive: true, mode: 0o700 });
  const receipt = {
    msg_id: id,
    delivered_at: new Date().toISOString(),
    delivered_to: basename(paths.dir).slice('to-'.length),
    evidence,
  };
  // One small write: a crash cannot cut it in two, and only a power cut can lose it.
  writeFileSync(receiptPath(paths, id), `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600 });
}

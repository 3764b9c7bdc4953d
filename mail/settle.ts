import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { appendJournal, type Evidence } from './delivery.js';
import { placeFile } from './deliver.js';
import { errnoOf } from '../protocol/errors.js';
import { makeFolder } from '../protocol/make-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { leaveReceipt } from './receipts.js';
import { isTombstone } from './tombstone.js';
import { patiently } from '../protocol/patiently.js';

/** How a message ended: seen by the session (with the evidence), or expired. */
export type Settlement = { state: 'seen'; evidence: Evidence } | { state: 'expired' };

/**
 * Moves a message from `inbox/` to `done/` and, when it was seen, leaves a receipt of the original's
 * form. The receipt comes last: it must never speak of a message that is still waiting.
 */
export function settleFile(paths: MailboxPaths, id: string, how: Settlement): void {
  const move = (): void => {
    patiently(() => renameSync(join(paths.inbox, `${id}.json`), join(paths.done, `${id}.json`)));
  };
  try {
    move();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeFolder(paths.done);
    try {
      move();
    } catch (again) {
      // Somebody took the file out of the inbox by hand; there is nothing left to move.
      if (errnoOf(again) === 'ENOENT') return;
      throw again;
    }
  }
  if (how.state === 'seen') leaveReceipt(paths, id, how.evidence);
}

/**
 * Takes a settlement back: the message waits again. For a result that left us but was thrown away
 * before it reached the client.
 */
export function unsettleFile(paths: MailboxPaths, id: string): void {
  const done = join(paths.done, `${id}.json`);
  if (isTombstone(done)) return; // nothing is left to be shown, and the id stays known
  placeFile(done, join(paths.inbox, `${id}.json`));
}

/** Settles a message of an agent that is not attached. */
export function expireFile(paths: MailboxPaths, id: string): void {
  settleFile(paths, id, { state: 'expired' });
  appendJournal(paths.journal, [{ id, at: new Date().toISOString(), event: 'expired' }]);
}

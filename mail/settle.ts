import { chmodSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { appendJournal, type Evidence } from './delivery.js';
import { placeFile } from './deliver.js';
import { errnoOf } from '../protocol/errors.js';
import { makeFolder } from '../protocol/make-folder.js';
import { isOwn } from '../protocol/own-file.js';
import { secureFolder } from '../protocol/own-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { secureMailbox } from './mailbox-folders.js';
import { leaveReceipt } from './receipts.js';
import { isTombstone } from './tombstone.js';
import { patiently } from '../protocol/patiently.js';

/** How a message ended: seen by the session (with the evidence), or expired. */
export type Settlement = { state: 'seen'; evidence: Evidence } | { state: 'expired' };

/**
 * Moves a message from `inbox/` to `done/` and, when it was seen, leaves a receipt of the original's
 * form. The receipt comes last: it must never speak of a message that is still waiting.
 *
 * @returns false when it was not there any more
 */
export function settleFile(paths: MailboxPaths, id: string, how: Settlement): boolean {
  secureFolder(paths.done);
  closeToOthers(join(paths.inbox, `${id}.json`));
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
      if (errnoOf(again) === 'ENOENT') return false;
      throw again;
    }
  }
  if (how.state === 'seen') leaveReceipt(paths, id, how.evidence);
  return true;
}

/** What a umask left open is made private last: it changes when the file was changed, which is looked at. */
function closeToOthers(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (process.platform === 'win32' || stats?.isFile() !== true || !isOwn(stats)) return;
  if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o600);
}

/**
 * Takes a settlement back: the message waits again. For a result that left us but was thrown away
 * before it reached the client.
 */
export function unsettleFile(paths: MailboxPaths, id: string): void {
  secureMailbox(paths);
  const done = join(paths.done, `${id}.json`);
  if (isTombstone(done)) return; // nothing is left to be shown, and the id stays known
  placeFile(done, join(paths.inbox, `${id}.json`));
}

/** Settles a message of an agent that is not attached, unless somebody has read it at this moment. */
export function expireFile(paths: MailboxPaths, id: string): void {
  if (!settleFile(paths, id, { state: 'expired' })) return;
  appendJournal(paths.journal, [{ id, at: new Date().toISOString(), event: 'expired' }]);
}

import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAnythingAt } from '../protocol/anything-at.js';
import { errnoOf } from '../protocol/errors.js';
import { listFolder } from '../protocol/list-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { ensureMailbox } from './deliver.js';
import { copyJournal } from './delivery.js';
import { secureMailbox } from './mailbox-folders.js';
import { writeReceipts } from './receipts.js';

/**
 * Moves all mail of a mailbox to another one. The folders stay: who only knows the old name can still
 * write there, see daemon/follow.ts. Nothing is awaited.
 *
 * @throws Error of the file system; what had been moved is back then, but for what cannot be moved back
 */
export function moveMail(from: MailboxPaths, to: MailboxPaths): void {
  const undo: (() => void)[] = [];
  try {
    secureMailbox(from);
    ensureMailbox(to);
    writeReceipts(); // those on their way know the old place
    undo.push(copyJournal(from.journal, to.journal));
    // Receipts first: what a crash leaves in done/ at the new place has its receipt there, and nobody may
    // come under that name. At the old place it is written anew when the agent is back.
    for (const folder of ['receipts', 'done', 'inbox'] as const) {
      for (const file of listFolder(from[folder])) {
        const [source, target] = [join(from[folder], file), join(to[folder], file)];
        if (move(source, target)) undo.push(() => void move(target, source));
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) quietly(step);
    throw error;
  }
  // Last: until then the old place has to know what became of its messages. Left there it does no harm.
  quietly(() => {
    rmSync(from.journal, { force: true });
  });
}

/**
 * A file of that name at the new place is the same message, moved before. In one step, so that a crash
 * never leaves it in both, where it would be waiting here and seen there. What was taken away meanwhile, or
 * has a name that is no text and cannot be addressed, stays where it is.
 *
 * @returns false where nothing was moved
 */
function move(from: string, to: string): boolean {
  try {
    if (isAnythingAt(to)) {
      rmSync(from);
      return false;
    }
    renameSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return false;
  }
}

/** What cannot be undone is in one of two places, and found there. */
function quietly(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

import type { Cc2ccError } from '../protocol/errors.js';
import { folderFault, secureFolder } from '../protocol/own-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';

/** Folders of a mailbox, the one that holds the others first. */
function foldersOf({ dir, tmp, inbox, done, receipts }: MailboxPaths): string[] {
  return [dir, tmp, inbox, done, receipts];
}

/**
 * Makes sure that the folders of a mailbox, as far as they are there, are ours alone.
 *
 * @throws Cc2ccError E_UNSAFE with the command that mends it
 */
export function secureMailbox(paths: MailboxPaths): void {
  for (const folder of foldersOf(paths)) secureFolder(folder);
}

/** Why a mailbox cannot be used; undefined for a good one, and where there is none. */
export function mailboxFault(paths: MailboxPaths): Cc2ccError | undefined {
  for (const folder of foldersOf(paths)) {
    const fault = folderFault(folder);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

import { join } from 'node:path';
import { expiresAt } from '../protocol/envelope.js';
import { mailboxPaths } from '../protocol/paths.js';
import { messageFiles } from './directory.js';
import { inspectFile } from './inspect.js';
import { mailboxNames } from './mailbox-names.js';

/** Epoch milliseconds when the last of all messages that wait expires; Infinity for one that never does. */
export function lastExpiry(root: string): number {
  let last = 0;
  for (const name of mailboxNames(root)) {
    const { inbox } = mailboxPaths(root, name);
    for (const file of messageFiles(root, name)) {
      const verdict = inspectFile(join(inbox, file), file);
      if (verdict.kind === 'message') last = Math.max(last, expiresAt(verdict.message));
    }
  }
  return last;
}

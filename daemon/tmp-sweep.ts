import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listFolder } from '../protocol/list-folder.js';
import { mailboxPaths } from '../protocol/paths.js';
import { mailboxNames } from '../mail/mailbox-names.js';

/** maildir(5): what has not moved on after 36 hours was left by a writer that died. */
const ABANDONED_MS = 36 * 60 * 60 * 1000;

/** Removes files that were never delivered from the `tmp/` folders. */
export function sweepTmp(root: string, now = Date.now()): void {
  for (const name of mailboxNames(root)) {
    const { tmp } = mailboxPaths(root, name);
    for (const file of listFolder(tmp)) {
      const path = join(tmp, file);
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats?.isFile() && now - stats.mtimeMs > ABANDONED_MS) rmSync(path, { force: true });
    }
  }
}

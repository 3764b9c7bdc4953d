import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../protocol/make-folder.js';
import { secureFolder } from '../protocol/own-folder.js';
import { patiently } from '../protocol/patiently.js';
import { replaceFile } from '../protocol/replace-file.js';

/**
 * Moves what was refused to `rejected/`, with the reason beside it. The file itself is never opened,
 * followed or copied.
 *
 * @param rejected the folder `rejected/` of the root
 * @param mailbox the mailbox folder that it was found in
 */
export function rejectFile(path: string, rejected: string, mailbox: string, reason: string): void {
  makeFolder(rejected);
  secureFolder(rejected);
  const at = new Date().toISOString();
  // A name of our own: the refused one may be hostile, and two may be alike.
  const stem = `${at.replaceAll(/[:.]/g, '-')}-${basename(mailbox)}-${randomUUID().slice(0, 8)}`;
  const note = { file: basename(path), mailbox: basename(mailbox), reason, at };
  // The reason first, and whole: whoever finds the file finds out why.
  const text = `${JSON.stringify(note, null, 2)}\n`;
  replaceFile(join(rejected, `${stem}.reason.json`), text, { fsync: false });
  patiently(() => renameSync(path, join(rejected, `${stem}.rejected`)));
}

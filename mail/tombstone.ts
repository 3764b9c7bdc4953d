import { randomUUID } from 'node:crypto';
import { fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeQuietly } from '../protocol/close-quietly.js';
import { isRecord } from '../protocol/json.js';
import { makeFolder } from '../protocol/make-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { secureMailbox } from './mailbox-folders.js';
import { ownFile, readOwnJson } from './own-file.js';
import { patiently } from '../protocol/patiently.js';

const fsyncFile = promisify(fsync);

/**
 * What is left in `done/` of a message whose content could be valid again at any time: under its file
 * name, so that whoever brings the message once more is refused.
 */
export interface Tombstone {
  id: string;
  tombstone: true;
  /** ISO time at which the message ended. */
  at: string;
  /** ISO time from which on the content is valid no more; missing where it always would be. */
  until?: string;
}

/** A tombstone is some 130 bytes; what is larger need not be read to be known for none. */
const MAX_BYTES = 1024;

export function isTombstone(path: string): boolean {
  const stats = ownFile(path);
  if (stats === undefined || stats.size > MAX_BYTES) return false;
  const value = readOwnJson(path);
  return isRecord(value) && value['tombstone'] === true;
}

/**
 * Replaces a message in `done/`. The name is never missing from the folder, not for an instant, and
 * after a power cut the file is either of the two.
 *
 * @param isStill asked right before the change: whether the message is still the one that was judged
 * @returns whether it was replaced
 */
export async function bury(
  paths: MailboxPaths,
  stone: Tombstone,
  isStill: () => boolean,
): Promise<boolean> {
  makeFolder(paths.tmp); // the original's mailboxes have none
  secureMailbox(paths);
  const staged = join(paths.tmp, `${stone.id}.${randomUUID().slice(0, 8)}.json`);
  try {
    const fd = openSync(staged, 'wx', 0o600);
    try {
      writeFileSync(fd, encodeTombstone(stone));
      await fsyncFile(fd);
    } finally {
      closeQuietly(fd);
    }
    if (!isStill()) return false;
    patiently(() => renameSync(staged, join(paths.done, `${stone.id}.json`)));
    return true;
  } finally {
    rmSync(staged, { force: true });
  }
}

export function encodeTombstone(stone: Tombstone): string {
  return `${JSON.stringify(stone, null, 2)}\n`;
}

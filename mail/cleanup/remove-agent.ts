import { rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ownFile, ownFolder } from '../own-file.js';
import { errnoOf } from '../../protocol/errors.js';
import { heartbeatPath } from '../../protocol/heartbeat.js';
import { acquireLease } from '../../protocol/lease.js';
import { listFolder } from '../../protocol/list-folder.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { isRunning, thisProcess } from '../../protocol/process-identity.js';
import { cardPathOf, isLongGone, leaseFolderOf, type Holder } from './life.js';
import type { Scene } from './scene.js';

/** Anything else in the folder of a lease is a contender's hidden file, see acquireLease. */
const NUMBER = /^\d{1,15}\.json$/;

/**
 * Removes what is left of an agent: its empty mailbox, its heartbeat, its card and its lease. All of it
 * while holding the name, so nobody else can take that meanwhile. Nothing is awaited in between.
 *
 * @returns false when it has come back, or mail has come for it
 */
export function removeAgent(scene: Scene, name: string): boolean {
  const { root, host } = scene;
  if (!isLongGone(scene, name)) return false;
  const folder = leaseFolderOf(root, name);
  const holder = {
    ...thisProcess(),
    host,
    instance: 'cleanup',
    owner: 'cleanup',
    since: new Date().toISOString(),
  };
  // Of another host's holder nothing was heard for as long as things are kept.
  const isGone = (other: Holder): boolean => other.host !== host || !isRunning(other);
  const acquired = acquireLease<Holder>(folder, holder, isGone);
  if (!acquired.ok) return false;
  let isRemoved = false;
  try {
    isRemoved = !scene.isAttached(name) && removeMailbox(mailboxPaths(root, name));
    if (!isRemoved) return false;
    for (const path of [heartbeatPath(root, name), cardPathOf(root, name)]) {
      if (ownFile(path) !== undefined) unlinkSync(path);
    }
    return true;
  } finally {
    if (!isRemoved || !removeLease(folder)) acquired.lease.release();
  }
}

/**
 * Removes a mailbox in which nothing is, from the inside out. Only empty folders go, so whatever comes
 * at this moment stays and stops us. Senders make a missing folder and go on.
 */
function removeMailbox(paths: MailboxPaths): boolean {
  // The first one: in it lies what is on its way into the inbox.
  if (!removeEmpty(paths.tmp)) return false;
  if (!removeEmpty(paths.inbox)) {
    makeFolder(paths.tmp); // a simple sender does not make it
    return false;
  }
  if (![paths.done, paths.receipts].every(removeEmpty)) return false;
  for (const path of [paths.journal, `${paths.journal}.new`]) {
    if (ownFile(path) !== undefined) rmSync(path);
  }
  return removeEmpty(paths.dir);
}

/** @returns whether there is no such folder now */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return true;
    // macOS and some file systems say EEXIST; a link or a file there is nothing of ours.
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errno ?? '')) return false;
    throw error;
  }
}

/**
 * Removes the lease that we hold, with its count. Who contends has a hidden file in the folder and may
 * have read the old count: it must not meet one that begins anew. Who comes later finds our number in
 * force, or no number at all.
 */
function removeLease(folder: string): boolean {
  const files = listFolder(folder);
  if (ownFolder(folder) === undefined || !files.every((file) => NUMBER.test(file))) return false;
  for (const file of files) unlinkSync(join(folder, file));
  removeEmpty(folder);
  return true;
}

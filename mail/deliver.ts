import { fsync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { closeQuietly } from '../protocol/close-quietly.js';
import { Cc2ccError, errnoOf, meansNoLinks, storeError } from '../protocol/errors.js';
import { makeFolder } from '../protocol/make-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { placeWithoutLinks } from '../protocol/place-without-links.js';
import { syncFolder } from '../protocol/sync-folder.js';
import { secureFolder } from '../protocol/own-folder.js';
import { secureMailbox } from './mailbox-folders.js';

const fsyncFile = promisify(fsync);

/**
 * A message that has been written to `tmp/` but is not in the inbox yet. Between the two lies the
 * slow part, the disk; a daemon uses that time to push from memory.
 */
export interface Staged {
  /**
   * Makes the message durable and visible: fsync, link into `inbox/`, unlink in `tmp/`, fsync of
   * the folder. After it has resolved, the message survives a power cut.
   *
   * @returns `duplicate` when the inbox had a file of that id already
   * @throws Cc2ccError E_STORE; nothing is left behind then
   */
  commit: () => Promise<'delivered' | 'duplicate'>;
}

/** An empty file in `tmp/` that is open for writing. */
export interface OpenFile {
  fd: number;
  path: string;
}

/**
 * Writes a message to `tmp/`. This finds a full or read-only disk before anybody is told of the
 * message.
 *
 * @param file one that was opened before, in the same mailbox; it is used up
 * @throws Cc2ccError E_STORE with path and errno, E_UNSAFE for a mailbox that is not ours alone; nothing
 *   is left behind
 */
export function stageMessage(
  paths: MailboxPaths,
  id: string,
  bytes: Uint8Array,
  file?: OpenFile,
): Staged {
  secureForDelivery(paths, file);
  file ??= openNew(paths, id);
  try {
    writeAll(file.fd, bytes);
  } catch (error) {
    discard(file.fd, file.path);
    throw storeError('write the message', file.path, error);
  }
  return { commit: () => counted(commit(paths, id, file)) };
}

/** Delivers in one go. The four calls and their order are those of maildir(5). */
export async function deliverMessage(
  paths: MailboxPaths,
  id: string,
  bytes: Uint8Array,
): Promise<'delivered' | 'duplicate'> {
  return stageMessage(paths, id, bytes).commit();
}

/**
 * Makes the folders of a mailbox where they are missing.
 *
 * @throws Cc2ccError E_STORE, E_UNSAFE
 */
export function ensureMailbox(paths: MailboxPaths): void {
  secureFolder(paths.dir); // nothing is made behind a link
  for (const folder of [paths.tmp, paths.inbox, paths.done, paths.receipts]) {
    try {
      makeFolder(folder);
    } catch (error) {
      throw storeError('make the mailbox folder', folder, error);
    }
  }
  secureMailbox(paths);
}

/** Three looks, of a microsecond or two each: a message costs a hundred times as much. */
function secureForDelivery({ dir, tmp, inbox }: MailboxPaths, file: OpenFile | undefined): void {
  try {
    for (const folder of [dir, tmp, inbox]) secureFolder(folder);
  } catch (error) {
    if (file !== undefined) closeQuietly(file.fd); // where it is, is not to be touched any more
    throw error;
  }
}

function openNew(paths: MailboxPaths, id: string): OpenFile {
  const path = join(paths.tmp, `${id}.${randomUUID().slice(0, 8)}.json`);
  try {
    return { fd: inMailbox(paths, () => openSync(path, 'wx', 0o600)), path };
  } catch (error) {
    throw error instanceof Cc2ccError ? error : storeError('write the message', path, error);
  }
}

/** A cleanup may remove an empty mailbox again before we have something in it, but not for ever. */
const MAX_TRIES = 100;

/** Runs a step that needs the folders, and makes them where they are missing. */
function inMailbox<T>(paths: MailboxPaths, step: () => T): T {
  for (let tries = 1; ; tries += 1) {
    try {
      return step();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
    }
    ensureMailbox(paths); // a first message, or somebody removed the folder
  }
}

/** A full disk may take a part and say so only by the count. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const written = writeSync(fd, bytes, done);
    if (written === 0) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    done += written;
  }
}

/** How many messages are being made durable at this moment. */
export function commitsUnderWay(): number {
  return committing;
}

let committing = 0;

async function counted<T>(commit: Promise<T>): Promise<T> {
  committing += 1;
  try {
    return await commit;
  } finally {
    committing -= 1;
  }
}

async function commit(
  paths: MailboxPaths,
  id: string,
  { fd, path: staged }: OpenFile,
): Promise<'delivered' | 'duplicate'> {
  const target = join(paths.inbox, `${id}.json`);
  const outcome = await inTurn(paths.inbox, fsyncFile(fd), (failure) => {
    if (failure !== undefined) {
      discard(fd, staged);
      throw storeError('sync the message', staged, failure);
    }
    closeQuietly(fd);
    try {
      return inMailbox(paths, () => placeFile(staged, target));
    } catch (error) {
      discard(undefined, staged);
      throw storeError('put the message into the inbox', target, error);
    }
  });
  try {
    await syncFolder(paths.inbox);
  } catch (error) {
    // Only an empty folder is removed: the message has been taken out of it already.
    if (errnoOf(error) === 'ENOENT') return outcome;
    // Not accepted: no trace. Where even that fails, it must not be called refused.
    const isBack = outcome === 'delivered' && discard(undefined, target);
    throw isBack ? storeError('sync the inbox', paths.inbox, error) : inDoubt(target, error);
  }
  return outcome;
}

/** Per inbox, the last step that was asked for. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Runs `step` when `before` has ended and the steps asked for earlier in that inbox have run. Several
 * files sync at once and end in any order; who reads the folder must still find one sender's messages
 * in theirs.
 */
async function inTurn<T>(
  inbox: string,
  before: Promise<unknown>,
  step: (failure: unknown) => T,
): Promise<T> {
  const earlier = turns.get(inbox);
  const ended = before.then(
    () => undefined,
    (error: unknown) => error,
  );
  const turn = Promise.all([ended, earlier]).then(([failure]) => step(failure));
  const settled = turn
    .catch(() => undefined) // its own caller is told; the next one has its own file
    .finally(() => {
      if (turns.get(inbox) === settled) turns.delete(inbox);
    });
  turns.set(inbox, settled);
  return turn;
}

/**
 * Moves a file without ever replacing one: a file at `target` is the same message, and `staged` is
 * removed. `link` refuses to replace; `rename` would do it silently, so it is only the second choice.
 *
 * @param target in a folder of a mailbox
 */
export function placeFile(staged: string, target: string): 'delivered' | 'duplicate' {
  try {
    linkSync(staged, target);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'EEXIST' && !meansNoLinks(errno)) throw error;
    if (errno !== 'EEXIST' && placeWithoutLinks(staged, target, markFor(target))) {
      return 'delivered';
    }
    discard(undefined, staged);
    return 'duplicate';
  }
  discard(undefined, staged); // it is there: nothing that fails from here on undoes that
  return 'delivered';
}

/** In `tmp/`, where what is left of one who died is swept. */
function markFor(target: string): string {
  const tmp = join(dirname(dirname(target)), 'tmp');
  makeFolder(tmp); // the original's mailboxes have none
  return join(tmp, `${basename(target)}.placing`);
}

/** @returns false when the file is still there, as far as can be seen */
function discard(fd: number | undefined, path: string): boolean {
  if (fd !== undefined) closeQuietly(fd);
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    // The first error is the one to report; a leftover in tmp/ is never delivered and is swept later.
    return errnoOf(error) === 'ENOENT';
  }
}

/** It lies in the inbox, not synced, and cannot be taken out of it. */
function inDoubt(path: string, cause: unknown): Cc2ccError {
  const { code, message, hint = '' } = storeError('sync the inbox', dirname(path), cause);
  const doubt = `It is in the inbox and cannot be taken back, so it may be delivered all the same.`;
  return new Cc2ccError(code, message, { hint: `${doubt} ${hint}`.trim(), cause });
}

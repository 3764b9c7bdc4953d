import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closeQuietly } from '../protocol/close-quietly.js';
import { z } from 'zod';
import { parseBy } from '../protocol/check-by.js';
import { Cc2ccError, storeError } from '../protocol/errors.js';
import { lazily } from '../protocol/lazily.js';
import { linkOrCreate } from '../protocol/link-or-create.js';
import { makeFolder } from '../protocol/make-folder.js';
import { readOwnFile } from '../protocol/own-file.js';
import { patiently } from '../protocol/patiently.js';

/** A key that was replaced. */
export interface FormerKey {
  key: string;
  /** ISO time of the rotation. */
  retiredAt: string;
  /** ISO time until which messages that it has signed are good; null: as long as one of them waits. */
  until: string | null;
}

const formerSchema = lazily(() =>
  z.array(
    z.object({ key: z.string().min(1), retiredAt: z.string(), until: z.string().nullable() }),
  ),
);

/** Far more than a key and its predecessors need. */
const MAX_BYTES = 64 * 1024;

/**
 * Keys that were replaced and are still needed. Beyond some 350 their file would have more than
 * MAX_BYTES: nobody would read it any more, and so nobody sign.
 */
export const MAX_FORMER_KEYS = 100;

export const keyPath = (root: string): string => join(root, 'secret.key');
export const formerKeysPath = (root: string): string => join(root, 'secret.key.former.json');

/** What nobody can guess: 64 hexadecimal digits. */
export function newKey(): string {
  return randomBytes(32).toString('hex');
}

/**
 * The key of a bridge root. Any text that is left when blanks are taken away is one, as in the original.
 *
 * @returns undefined when there is none
 * @throws Cc2ccError E_UNSAFE for what is not a file of ours, E_STORE
 */
export function readKey(root: string): string | undefined {
  const text = readPrivate(keyPath(root));
  if (text === undefined) return undefined;
  const key = text.trim();
  if (key !== '') return key;
  throw new Cc2ccError('E_STORE', `The key at ${keyPath(root)} is empty.`, {
    hint: 'Restore it, or remove the file for a new key; what the old one signed is invalid then.',
  });
}

/** @returns false when there is a key already, which stays */
export function createKey(root: string, key: string): boolean {
  makeFolder(root);
  const text = `${key}\n`;
  return publish(keyPath(root), text, (own, path) => linkOrCreate(own, path, text));
}

/** Replaces the key. */
export function replaceKey(root: string, key: string): void {
  publish(keyPath(root), `${key}\n`, replace);
}

/** @throws Cc2ccError as {@link readKey}; E_STORE also for a file that makes no sense */
export function readFormerKeys(root: string): FormerKey[] {
  const path = formerKeysPath(root);
  const text = readPrivate(path);
  if (text === undefined) return [];
  try {
    return parseBy(formerSchema(), JSON.parse(text));
  } catch (error) {
    throw new Cc2ccError('E_STORE', `${path} does not hold former keys.`, {
      hint: 'Restore it, or remove it; what those keys signed is invalid then.',
      cause: error,
    });
  }
}

export function writeFormerKeys(root: string, keys: readonly FormerKey[]): void {
  const path = formerKeysPath(root);
  if (keys.length === 0) rmSync(path, { force: true });
  else publish(path, `${JSON.stringify(keys, null, 2)}\n`, replace);
}

function replace(own: string, path: string): boolean {
  patiently(() => renameSync(own, path));
  return true;
}

/**
 * Writes a whole, synced file beside the path and puts it there.
 *
 * @param put false when there is a file that is to stay
 */
function publish(path: string, text: string, put: (own: string, path: string) => boolean): boolean {
  const own = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(own, text, { mode: 0o600, flag: 'wx' });
    chmodSync(own, 0o600); // whatever the umask
    sync(own, 'r+'); // Windows syncs only what is open for writing
    if (!put(own, path)) return false;
    if (process.platform !== 'win32') sync(dirname(path), 'r');
    return true;
  } catch (error) {
    throw storeError('write the key', path, error);
  } finally {
    rmSync(own, { force: true });
  }
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const fd = openSync(path, flags);
  try {
    fsyncSync(fd);
  } finally {
    closeQuietly(fd);
  }
}

/** A file of ours, and nobody else's to read from now on: the original makes its key by the umask. */
function readPrivate(path: string): string | undefined {
  let file;
  try {
    file = readOwnFile(path, MAX_BYTES, { privacy: 'private' });
    if (file.kind === 'unopened') throw file.error;
  } catch (error) {
    throw storeError('read the key', path, error);
  }
  if (file.kind === 'refused') throw unsafe(path);
  return file.kind === 'missing' ? undefined : file.bytes.toString();
}

function unsafe(path: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not a file of yours with a key in it.`, {
    hint: `Look at it (ls -l '${path}'), then move it away: a new key is made.`,
  });
}

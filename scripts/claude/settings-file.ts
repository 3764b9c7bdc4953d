import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Cc2ccError, storeError } from '../../protocol/errors.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { readClientFile, type ClientFile } from './read-file.js';

/** How often a change is tried anew because somebody else wrote meanwhile. */
const TRIES = 5;

/** Beside `settings.json` and `.claude.json`: what was there before our last change. */
export function backupOf(path: string): string {
  return `${path}.cc2cc-backup`;
}

/**
 * Changes a file of Claude Code's: whoever reads it has the old one or the new one. A link stays a
 * link, the mode stays what it is, and what somebody else wrote in between is never lost.
 *
 * @param edit gives the new content, undefined for none (the file goes), or what is there already to
 *   leave it; it may run more than once, and may throw
 * @param before runs when it is certain that something will be written, and may throw
 * @returns whether anything was changed
 * @throws Cc2ccError E_STORE; E_UNSAFE for a file that must not be written
 */
export function changeFile(
  path: string,
  edit: (present: Buffer | undefined) => Buffer | undefined,
  before: () => void = () => undefined,
): boolean {
  for (let tries = 1; ; tries += 1) {
    const present = readClientFile(path);
    if (present.kind === 'bad') throw unwritable(path, present.reason);
    const bytes = present.kind === 'bytes' ? present.bytes : undefined;
    const wanted = edit(bytes);
    if (wanted === undefined ? bytes === undefined : bytes?.equals(wanted)) return false;
    assertWritable(path, present);
    before();
    const isSame = (): boolean => same(readClientFile(path), present);
    if (replace(path, present, wanted, isSame)) return true;
    if (tries === TRIES)
      throw unwritable(path, 'another program writes it all the time', 'E_STORE');
  }
}

/** Keeps what is there beside it, with its mode. Throws as {@link changeFile}. */
export function keepBackup(path: string): void {
  const present = readClientFile(path);
  if (present.kind !== 'bytes') return;
  write(backupOf(path), present.bytes, present.mode, () => true);
}

function replace(
  path: string,
  present: ClientFile,
  wanted: Buffer | undefined,
  isSame: () => boolean,
): boolean {
  const [target, mode] = present.kind === 'bytes' ? [present.target, present.mode] : [path, 0o600];
  if (wanted !== undefined) return write(target, wanted, mode, isSame);
  if (!isSame()) return false;
  try {
    rmSync(target);
    return true;
  } catch (error) {
    throw storeError('remove the file', target, error);
  }
}

/** @returns false when `isSame` said no at the last moment; nothing has happened then */
function write(path: string, content: Buffer, mode: number, isSame: () => boolean): boolean {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    makeFolder(dirname(path));
    const fd = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(fd, content);
      fchmodSync(fd, mode); // whatever the umask
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (!isSame()) return false;
    renameSync(draft, path);
    return true;
  } catch (error) {
    throw storeError('write the file', path, error);
  } finally {
    rmSync(draft, { force: true }); // still there only when it was not used
  }
}

/** A rename would replace what its owner has made read-only, and a link that leads nowhere. */
function assertWritable(path: string, present: ClientFile): void {
  if (present.kind === 'bytes') {
    if ((present.mode & 0o200) === 0) throw unwritable(path, 'is read-only');
  } else if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw unwritable(path, 'a link that leads nowhere');
  }
}

function same(one: ClientFile, other: ClientFile): boolean {
  if (one.kind !== 'bytes' || other.kind !== 'bytes') return one.kind === other.kind;
  return one.bytes.equals(other.bytes);
}

function unwritable(
  path: string,
  reason: string,
  code: 'E_UNSAFE' | 'E_STORE' = 'E_UNSAFE',
): Cc2ccError {
  return new Cc2ccError(code, `${path}: ${reason}. It stays as it is.`);
}

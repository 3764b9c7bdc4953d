import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAnythingAt } from '../protocol/anything-at.js';
import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import { makeFolder } from '../protocol/make-folder.js';
import { readOwnFile } from '../protocol/own-file.js';
import { patiently } from '../protocol/patiently.js';

/** More than any file of a service. */
const MAX_BYTES = 256 * 1024;

/** What was there before. */
export interface Present {
  content: Buffer | undefined;
  mode: number;
  /** Of a symbolic link: where it leads. */
  link?: string;
}

/** Files that are changed, and can be put back as they were. */
export class ChangedFiles {
  readonly #force: boolean;
  readonly #undo: { what: string; step: () => void }[] = [];

  /** @param force also files that are not ours */
  constructor(force: boolean) {
    this.#force = force;
  }

  /**
   * What lies at a path that is about to change.
   *
   * @throws Cc2ccError E_UNSAFE when it is not ours and `force` was not given
   */
  present(path: string, ours: ((present: Buffer) => boolean) | undefined): Present | undefined {
    const file = readOwnFile(path, MAX_BYTES, { privacy: 'any' });
    if (file.kind === 'missing') return undefined;
    if (file.kind === 'bytes') {
      if (!this.#force && ours?.(file.bytes) === false) throw foreign(path, 'others wrote it');
      return { content: file.bytes, mode: file.stats.mode & 0o777 };
    }
    const link = linkAt(path);
    if (link === undefined || !this.#force) throw foreign(path, file.reason);
    return { content: undefined, mode: 0, link };
  }

  makeFolder(path: string): void {
    const parent = dirname(path);
    if (!isAnythingAt(parent)) this.makeFolder(parent);
    try {
      makeFolder(path);
    } catch (error) {
      throw storeError('make the folder', path, error);
    }
    this.#undo.push({ what: path, step: () => removeEmpty(path) });
  }

  write(path: string, content: Buffer, mode: number, present: Present | undefined): void {
    const folder = dirname(path);
    if (!isAnythingAt(folder)) this.makeFolder(folder);
    writeAtomically(path, content, mode);
    this.#undo.push({ what: path, step: () => restore(path, present) });
  }

  remove(path: string, present: Present): void {
    try {
      rmSync(path);
    } catch (error) {
      throw storeError('remove the file', path, error);
    }
    this.#undo.push({ what: path, step: () => restore(path, present) });
  }

  unlink(path: string, to: string): void {
    try {
      rmSync(path);
    } catch (error) {
      throw storeError('remove the link', path, error);
    }
    this.#undo.push({ what: path, step: () => symlinkSync(to, path) });
  }

  /**
   * Puts files back as they were before, the last one first.
   *
   * @returns what could not be put back, as sentences
   */
  rollBack(): string[] {
    return this.#undo
      .splice(0)
      .reverse()
      .flatMap(({ what, step }) => {
        try {
          step();
          return [];
        } catch (error) {
          return [`${what} is not as it was: ${errnoOf(error) ?? String(error)}.`];
        }
      });
  }
}

/** A new file under the name at once, or none: whoever reads it never sees half of it. */
function writeAtomically(path: string, content: Buffer, mode: number): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      fchmodSync(fd, mode); // whatever the umask
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    patiently(() => renameSync(draft, path)); // replaces a link itself and does not follow it
  } catch (error) {
    rmSync(draft, { force: true });
    throw storeError('write the file', path, error);
  }
}

function restore(path: string, present: Present | undefined): void {
  if (present === undefined) rmSync(path, { force: true });
  else if (present.content !== undefined) writeAtomically(path, present.content, present.mode);
  else if (present.link !== undefined) {
    rmSync(path, { force: true });
    symlinkSync(present.link, path);
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** Where a link leads; undefined where there is none. */
export function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function foreign(path: string, why: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not ours (${why}): it stays as it is.`, {
    hint: 'Look at it and move it away, or say --force to have it replaced.',
  });
}

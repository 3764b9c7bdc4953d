import { chmodSync, existsSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Cc2ccError, storeError } from './errors.js';
import { makeFolder } from './make-folder.js';

/** Bits that let the group or the world write. */
const FOREIGN_WRITE = 0o022;

/**
 * Makes sure that `path` is a folder of ours that nobody else can write to or look into: created
 * with 0700 where it is missing, tightened to 0700 where it is only readable for others.
 *
 * @throws Cc2ccError E_UNSAFE for a folder of another user, one that others may write to, or a
 *   symbolic link; E_STORE where it cannot be made
 */
export function ensurePrivateFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    const { message } = storeError(`make the folder ${path}`, existingAbove(path), error);
    throw new Cc2ccError('E_STORE', message, {
      hint: 'That folder must be yours and writable (chmod u+rwx), or choose others: CC2CC_BRIDGE_DIR, XDG_STATE_HOME.',
      cause: error,
    });
  }
  assertPrivateFolder(path);
  if (process.platform === 'win32') return;
  if ((statSync(path).mode & 0o077) !== 0) {
    try {
      chmodSync(path, 0o700);
    } catch (error) {
      throw storeError('make the folder private', path, error);
    }
  }
}

/** The folder in which the first missing one would have to be made. */
function existingAbove(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? parent : existingAbove(parent);
}

/** The checks of {@link ensurePrivateFolder} without changing anything. */
export function assertPrivateFolder(path: string): void {
  let stats;
  try {
    stats = lstatSync(path);
  } catch (error) {
    throw storeError('look at the folder', path, error);
  }
  if (stats.isSymbolicLink()) {
    throw new Cc2ccError(
      'E_UNSAFE',
      `${path} is a symbolic link where a folder of yours belongs.`,
      {
        hint: `Look where it points, then remove it: rm '${path}'`,
      },
    );
  }
  if (!stats.isDirectory()) {
    throw new Cc2ccError('E_PATH', `${path} is not a folder.`, {
      hint: 'Move that file away or set CC2CC_BRIDGE_DIR to another folder.',
    });
  }
  // Windows has no such bits; there the profile folder's access list protects what is below it.
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stats.uid !== uid) {
    throw new Cc2ccError('E_UNSAFE', `${path} belongs to user ${stats.uid}, not to you (${uid}).`, {
      hint: `Choose a folder of your own, or mend it: sudo chown -R ${uid} '${path}'`,
    });
  }
  if ((stats.mode & FOREIGN_WRITE) !== 0) {
    const mode = (stats.mode & 0o7777).toString(8);
    // A sticky folder, such as /tmp, is meant for everybody: it must stay as it is.
    const isShared = (stats.mode & 0o1000) !== 0;
    throw new Cc2ccError('E_UNSAFE', `${path} has mode ${mode}: others may write to it.`, {
      hint: isShared ? 'Choose a folder of your own.' : `Mend it: chmod go-w '${path}'`,
    });
  }
}

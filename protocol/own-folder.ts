import { chmodSync, lstatSync, type Stats } from 'node:fs';
import { Cc2ccError, errnoOf, storeError } from './errors.js';
import { isOwn } from './own-file.js';

/** Bits that let the group or the world write. */
const GROUP_WRITE = 0o020;
const WORLD_WRITE = 0o002;

/**
 * Makes sure that a folder below the bridge root is ours alone, if it is there: what is done in it would
 * else be done somewhere else, or to what others have put there. What a umask of 002 gave to the
 * group is taken back; nobody can have used it, since the root is open to no group.
 *
 * Some microseconds: it is asked again and again, and remembers nothing.
 *
 * @returns whether anything is there
 * @throws Cc2ccError E_UNSAFE for a symbolic link, a folder of another user, or one that the world may
 *   write to. What is no folder at all is left to whoever opens it.
 */
export function secureFolder(path: string): boolean {
  const stats = statsOf(path);
  if (stats === undefined) return false;
  const fault = faultOf(path, stats);
  if (fault !== undefined) throw fault;
  if (!stats.isDirectory() || process.platform === 'win32') return true;
  if ((stats.mode & GROUP_WRITE) === 0) return true;
  try {
    chmodSync(path, stats.mode & 0o7777 & ~(GROUP_WRITE | WORLD_WRITE));
  } catch (error) {
    // Nobody else can write there either.
    if (errnoOf(error) !== 'EROFS') throw storeError('make the folder private', path, error);
  }
  return true;
}

/** The same as an answer, for who looks at many and changes nothing. */
export function folderFault(path: string): Cc2ccError | undefined {
  const stats = statsOf(path);
  return stats === undefined ? undefined : faultOf(path, stats);
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined; // a file bears the name of a folder above
    throw storeError('look at the folder', path, error);
  }
}

function faultOf(path: string, stats: Stats): Cc2ccError | undefined {
  if (stats.isSymbolicLink()) {
    return unsafe(
      `${path} is a symbolic link where a folder of yours belongs.`,
      `Look where it points, then remove it: rm '${path}'`,
    );
  }
  if (!stats.isDirectory() || process.platform === 'win32') return undefined;
  if (!isOwn(stats)) {
    const uid = process.getuid?.() ?? 0;
    return unsafe(
      `${path} belongs to user ${stats.uid}, not to you (${uid}).`,
      `Look what is in it, then mend it: sudo chown -R ${uid} '${path}'`,
    );
  }
  if ((stats.mode & WORLD_WRITE) === 0) return undefined;
  const mode = (stats.mode & 0o7777).toString(8);
  return unsafe(
    `${path} has mode ${mode}: others may write to it.`,
    `Look what is in it, then mend it: chmod go-w '${path}'`,
  );
}

function unsafe(message: string, hint: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', message, { hint });
}

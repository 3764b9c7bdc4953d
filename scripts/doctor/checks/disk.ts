import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { byHand, fail, ok, warn, type Check, type Finding } from '../check.js';
import { CLEANUP } from '../commands.js';
import { lookAt } from '../look-at.js';
import { size } from '../words.js';

/** Room for some hundred messages of the largest size; below the other, for one at least. */
const LITTLE_BYTES = 100 * 1024 * 1024;
const LEAST_BYTES = 8 * 1024 * 1024;
const LITTLE_FILES = 1_000;
const LEAST_FILES = 10;

/** Room for mail, for the files of the daemon, and for its log. */
export const DISK_CHECK: Check = {
  id: 'disk',
  title: 'Disk space',
  look: ({ root, paths }) => {
    const places = [...new Set([root, paths.state, dirname(paths.log)].map(existing))];
    return judgeDisk(places.map((path) => ({ path, ...roomAt(path) })));
  },
};

export interface Room {
  path: string;
  /** Bytes and files that this user may still write; no number of files where there is no limit. */
  bytes: number;
  files: number | undefined;
}

/** Exported for its test: a disk is not easily filled. */
export function judgeDisk(rooms: readonly Room[]): Finding {
  const told = rooms.map(({ path, bytes, files }) => {
    const inodes = files === undefined || files >= LITTLE_FILES ? '' : `, ${files} files`;
    return {
      path,
      bytes,
      files: files ?? Infinity,
      text: `${size(bytes)}${inodes} left at ${path}`,
    };
  });
  const isShort = (bytesLeft: number, filesLeft: number): string[] =>
    told
      .filter(({ bytes, files }) => bytes < bytesLeft || files < filesLeft)
      .map(({ text }) => text);
  const none = isShort(LEAST_BYTES, LEAST_FILES);
  if (none.length > 0) {
    return fail('the disk is full', { details: none, ...byHand(`${CLEANUP} --days 1`) });
  }
  const little = isShort(LITTLE_BYTES, LITTLE_FILES);
  if (little.length > 0) {
    return warn('the disk is nearly full', { details: little, ...byHand(`${CLEANUP} --days 1`) });
  }
  const least = Math.min(...told.map(({ bytes }) => bytes));
  return ok(`${size(least)} left`);
}

function roomAt(path: string): { bytes: number; files: number | undefined } {
  const { bavail, bsize, files, ffree } = statfsSync(path);
  return { bytes: bavail * bsize, files: files === 0 ? undefined : ffree };
}

/** The folder, or the first one above it that is there. */
function existing(path: string): string {
  const parent = dirname(path);
  return parent === path || lookAt(path)?.kind === 'folder' ? path : existing(parent);
}

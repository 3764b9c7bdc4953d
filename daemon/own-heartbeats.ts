import { closeSync, constants, fstatSync, lstatSync, openSync, writeSync } from 'node:fs';
import { heartbeatNow, putHeartbeat, type Sign } from '../mail/put-heartbeat.js';
import { closeQuietly } from '../protocol/close-quietly.js';
import { heartbeatPath, heartbeatText } from '../protocol/heartbeat.js';
import { folderFault } from '../protocol/own-folder.js';
import { rootPaths } from '../protocol/paths.js';

/** A heartbeat as this daemon has left it. */
interface Written {
  /** The text without its times. */
  timeless: string;
  /** Tells the file from every other state of it. */
  stamp: string;
}

const TO_OVERWRITE =
  constants.O_WRONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * The heartbeats that this daemon writes. Replacing a file takes the disk a millisecond, and nearly
 * always only the times in it are others: then these are written over the old ones, in one call and of
 * the same length, in the file that we know to be the one that we wrote.
 */
export class OwnHeartbeats {
  readonly #root: string;
  readonly #written = new Map<string, Written>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Writes the heartbeat of an agent as of now.
   *
   * @throws Error of the file system
   */
  put(name: string, sign: Sign): void {
    const heartbeat = heartbeatNow(name, sign);
    const text = heartbeatText(heartbeat);
    const timeless = heartbeatText({ ...heartbeat, timestamp: '', heartbeat: '' });
    const path = heartbeatPath(this.#root, name);
    const before = this.#written.get(name);
    this.#written.delete(name);
    const isSafe = folderFault(rootPaths(this.#root).status) === undefined;
    const stamp =
      isSafe && before?.timeless === timeless ? overwrite(path, before.stamp, text) : undefined;
    if (stamp === undefined) putHeartbeat(this.#root, heartbeat);
    if (sign.status !== 'active') return; // the last one of this session
    const now = stamp ?? stampAt(path, text);
    if (now !== undefined) this.#written.set(name, { timeless, stamp: now });
  }

  /** Whether the file is as it was left. False says nothing. */
  isUntouched(name: string): boolean {
    const written = this.#written.get(name);
    return written !== undefined && stampAt(heartbeatPath(this.#root, name)) === written.stamp;
  }
}

/** @returns undefined when it was another file, or could not be done */
function overwrite(path: string, stamp: string, text: string): string | undefined {
  let fd;
  try {
    fd = openSync(path, TO_OVERWRITE);
    if (stampFrom(fstatSync(fd, { bigint: true })) !== stamp) return undefined;
    if (writeSync(fd, text, 0) !== Buffer.byteLength(text)) return undefined;
    const now = stampFrom(fstatSync(fd, { bigint: true }));
    closeSync(fd);
    fd = undefined;
    return now;
  } catch {
    return undefined; // replacing it says what is wrong
  } finally {
    if (fd !== undefined) closeQuietly(fd);
  }
}

interface Stats {
  ino: bigint;
  dev: bigint;
  size: bigint;
  mtimeNs: bigint;
  mode: bigint;
  nlink: bigint;
}

function stampFrom({ ino, dev, size, mtimeNs, mode, nlink }: Stats): string {
  return [ino, dev, size, mtimeNs, mode, nlink].join(' ');
}

/** @param text what must be in it, by its length */
function stampAt(path: string, text?: string): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true });
    const fits = text === undefined || Number(stats.size) === Buffer.byteLength(text);
    return stats.isFile() && fits ? stampFrom(stats) : undefined;
  } catch {
    return undefined; // it is gone, or cannot be looked at: the next one replaces it
  }
}

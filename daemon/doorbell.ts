import { watch, type FSWatcher } from 'chokidar';
import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Log } from './log.js';

/**
 * Rings when something happens in a folder. It only says "look": events can be missing, doubled or
 * late, so whoever is rung for reads the directory.
 */
export interface Doorbell {
  /**
   * Watches anew if the folder at that path is another one now.
   *
   * @param retry also when watching has failed: for a timer, since it may fail again at once
   */
  check: (retry?: boolean) => void;
  close: () => void;
  /** False once the system refused to watch (its watches are used up, say). */
  ok: () => boolean;
}

/**
 * @param ring called with the names that changed, or without any when the whole folder should be
 *   looked at: when watching has begun, and when the system does not say which
 */
export function hangDoorbell(
  folder: string,
  ring: (names?: ReadonlySet<string>) => void,
  log: Log,
): Doorbell {
  let watcher: FSWatcher | undefined;
  let inode: number | undefined;
  let pin: number | undefined;
  let failed = false;
  let closed = false;
  let names = new Set<string>();
  let everything = false;
  let gone = false;
  let scheduled = false;

  // One kernel read can bring hundreds of events; they are rung for together, in the same turn of
  // the event loop, so that a burst is one look and one push.
  const schedule = (name: unknown): void => {
    if (typeof name !== 'string') everything = true;
    // The folder itself was removed or moved away. A new one at its path may even bear the same
    // inode, so that `check` could not tell.
    else if (basename(name) === basename(folder)) everything = gone = true;
    else names.add(basename(name));
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      const rung = everything ? undefined : names;
      scheduled = false;
      everything = false;
      names = new Set();
      if (closed) return;
      ring(rung);
      if (gone) hang(); // after the ring: who looks makes the folder again
    });
  };

  const hang = (): void => {
    void watcher?.close();
    unpin();
    pin = openFolder(folder);
    inode = inodeOf(folder);
    failed = false;
    gone = false;
    // Files are ignored: a watch on each would cost a listing and a handle per waiting message. The
    // raw event rings at once, chokidar's own ones only after it has listed the folder.
    watcher = watch(folder, {
      ignoreInitial: true,
      depth: 0,
      atomic: false,
      // On Windows chokidar asks with slashes; without `resolve` the folder itself would be ignored.
      ignored: (path) => resolve(path) !== resolve(folder),
    });
    watcher.on('raw', (_event, name) => {
      schedule(name);
    });
    // What came between the caller's scan and this moment has raised no event. A folder that was
    // removed meanwhile is watched by nobody: chokidar is silent about it, and so is the system.
    watcher.on('ready', () => {
      if (inodeOf(folder) !== inode) gone = true;
      unpin();
      schedule(undefined);
    });
    watcher.on('unlinkDir', () => {
      schedule(undefined);
    });
    watcher.on('error', (error) => {
      failed = true;
      unpin();
      log.error({ err: error, folder }, 'cannot watch; the folder is rescanned on the timer');
    });
  };

  // Until watching has begun, the folder is kept open. Else the next one at its path could be given its
  // inode as soon as it is removed, and nobody could tell the two apart.
  const unpin = (): void => {
    if (pin !== undefined) closeSync(pin);
    pin = undefined;
  };

  hang();
  return {
    check: (retry = false) => {
      // After rmdir and mkdir the old watch is dead for ever and says nothing.
      if (failed ? retry : inodeOf(folder) !== inode) hang();
    },
    close: () => {
      closed = true;
      unpin();
      void watcher?.close();
    },
    ok: () => !failed,
  };
}

/** Undefined also for what cannot be looked at: who reads the folder finds out and says why. */
function inodeOf(folder: string): number | undefined {
  try {
    return lstatSync(folder).ino;
  } catch {
    return undefined;
  }
}

/** Never waits, whatever lies there; undefined for what cannot be opened, and on Windows. */
function openFolder(folder: string): number | undefined {
  // Windows gives no number twice, and would keep the name of a removed folder as long as it is open.
  if (process.platform === 'win32') return undefined;
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return undefined; // who reads the folder finds out and says why
  }
}

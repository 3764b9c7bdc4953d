import { FSWatcher } from 'chokidar';
import { constants, lstatSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { closeQuietly } from '../protocol/close-quietly.js';
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
  /** What the system said when it refused to watch (its watches are used up, say), while it does. */
  trouble: () => unknown;
}

/**
 * Watches a folder and never lists it. chokidar does, with a look at each file, when it begins and after
 * every event: a ring in an inbox of 10,000 waiting files came after 67 ms.
 */
class FolderWatcher extends FSWatcher {
  override _readdirp(): undefined {
    return undefined; // as from a watcher that is closed: chokidar goes on without
  }
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
  let trouble: unknown;
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
    end();
    unpin();
    pin = openFolder(folder);
    inode = inodeOf(folder);
    gone = false;
    let refused: unknown;
    watcher = new FolderWatcher({ ignoreInitial: true, depth: 0, atomic: false });
    watcher.add(folder);
    watcher.on('raw', (_event, name) => {
      schedule(name);
    });
    // What came between the caller's scan and this moment has raised no event. A folder that was
    // removed meanwhile is watched by nobody: chokidar is silent about it, and so is the system.
    watcher.on('ready', () => {
      if (inodeOf(folder) !== inode) gone = true;
      unpin();
      // It is said to be ready after an error as well.
      if (refused === undefined && trouble !== undefined) log.info({ folder }, 'watching again');
      trouble = refused;
      schedule(undefined);
    });
    watcher.on('unlinkDir', () => {
      schedule(undefined);
    });
    watcher.on('error', (error) => {
      // It is tried in every round, for hours perhaps: a line for each would fill the log.
      if (trouble === undefined) {
        log.error({ err: error, folder }, 'cannot watch; the folder is rescanned on the timer');
      }
      trouble = refused = error;
      unpin();
    });
  };

  // chokidar forgets its listeners when it is closed, and goes on with what it has begun: a disk that
  // fails just then would end us.
  const end = (): void => {
    void watcher?.close();
    watcher?.on('error', () => undefined);
  };

  // Until watching has begun, the folder is kept open. Else the next one at its path could be given its
  // inode as soon as it is removed, and nobody could tell the two apart.
  const unpin = (): void => {
    if (pin !== undefined) closeQuietly(pin);
    pin = undefined;
  };

  hang();
  return {
    check: (retry = false) => {
      // After rmdir and mkdir the old watch is dead for ever and says nothing.
      if (trouble !== undefined ? retry : inodeOf(folder) !== inode) hang();
    },
    close: () => {
      closed = true;
      unpin();
      end();
    },
    trouble: () => trouble,
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

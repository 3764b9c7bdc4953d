import { fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { closeQuietly } from './close-quietly.js';

const fsyncFile = promisify(fsync);

interface Pending {
  /** The sync under way; who came after its start must wait for the next one. */
  running: Promise<void>;
  next: Promise<void> | undefined;
}

const pending = new Map<string, Pending>();

/**
 * fsync of a folder, shared: callers that arrive while a sync runs are served together by the next
 * one. Each caller's change was made before its call, so the sync that it waits for covers it.
 */
export function syncFolder(path: string): Promise<void> {
  const entry = pending.get(path);
  if (entry === undefined) return start(path);
  entry.next ??= entry.running.then(
    () => start(path),
    () => start(path),
  );
  return entry.next;
}

function start(path: string): Promise<void> {
  const running = syncNow(path).finally(() => {
    const entry = pending.get(path);
    if (entry?.running === running && entry.next === undefined) pending.delete(path);
  });
  pending.set(path, { running, next: undefined });
  return running;
}

async function syncNow(path: string): Promise<void> {
  // Windows cannot open a folder for that; NTFS keeps its own journal of names.
  if (process.platform === 'win32') return;
  // Opening and closing a folder takes microseconds; to hand them to another thread takes more.
  const fd = openSync(path, 'r');
  try {
    await fsyncFile(fd);
  } finally {
    closeQuietly(fd);
  }
}

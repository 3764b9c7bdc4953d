import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPaths } from './host-paths.js';
import { isRecord } from './json.js';
import { readOwnFile } from './own-file.js';
import { replaceFile } from './replace-file.js';
import { version } from './version.js';

/**
 * So long nobody tries again to replace a daemon that could not be replaced: a command that runs every
 * minute must not end it every minute. `cc2cc-daemon start` and `restart` try at once.
 */
const VALID_MS = 10 * 60_000;

const MAX_BYTES = 4096;

/** Whether a program of this version has lately failed to replace a daemon of that one. */
export function hasFailed(paths: HostPaths, daemon: string): boolean {
  const file = readOwnFile(pathOf(paths), MAX_BYTES);
  if (file.kind !== 'bytes') return false;
  let note: unknown;
  try {
    note = JSON.parse(file.bytes.toString());
  } catch {
    return false; // nothing that we wrote
  }
  if (!isRecord(note) || note['program'] !== version() || note['daemon'] !== daemon) return false;
  const age = Date.now() - Date.parse(String(note['at']));
  return age >= 0 && age < VALID_MS;
}

/** Without a note, on a full disk, the next one tries again: no reason not to go on. */
export function noteFailure(paths: HostPaths, daemon: string): void {
  const note = { program: version(), daemon, at: new Date().toISOString() };
  try {
    replaceFile(pathOf(paths), `${JSON.stringify(note)}\n`, { fsync: true });
  } catch {
    forgetFailure(paths);
  }
}

/** What stays holds for ten minutes, and for one pair of versions only. */
export function forgetFailure(paths: HostPaths): void {
  try {
    rmSync(pathOf(paths), { force: true });
  } catch {
    return; // read-only
  }
}

function pathOf({ state }: HostPaths): string {
  return join(state, 'kept.json');
}

import { randomUUID } from 'node:crypto';
import { fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { closeQuietly } from '../protocol/close-quietly.js';
import { storeError } from '../protocol/errors.js';
import { linkOrCreate } from '../protocol/link-or-create.js';

/**
 * Writes a file that must not be there yet, 0600. It is there whole or not at all: what a crash had cut
 * off would be kept as if somebody had written it so.
 *
 * @returns false when there is one already, whatever it is
 * @throws Cc2ccError E_STORE; nothing is left behind then
 */
export function createNew(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    writeSynced(draft, text);
    return linkOrCreate(draft, path, text);
  } catch (error) {
    throw storeError('write the file', path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeSynced(path: string, text: string): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeQuietly(fd);
  }
}

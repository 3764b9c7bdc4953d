import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { errnoOf, storeError } from '../protocol/errors.js';

/**
 * Writes a file that must not be there yet, 0600.
 *
 * @returns false when there is one already, whatever it is
 * @throws Cc2ccError E_STORE; nothing is left behind then
 */
export function createNew(path: string, text: string): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'wx', 0o600);
    writeFileSync(fd, text);
    fsyncSync(fd);
    return true;
  } catch (error) {
    if (fd === undefined && errnoOf(error) === 'EEXIST') return false;
    if (fd !== undefined) rmSync(path, { force: true });
    throw storeError('write the file', path, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

import { rmSync } from 'node:fs';
import { storeError } from '../protocol/errors.js';
import { readRendezvous, type Rendezvous } from '../protocol/rendezvous.js';
import { replaceFile } from '../protocol/replace-file.js';

/** Tells clients where to dial from now on. */
export function publishRendezvous(path: string, rendezvous: Rendezvous): void {
  try {
    replaceFile(path, `${JSON.stringify(rendezvous, null, 2)}\n`, { fsync: true });
  } catch (error) {
    throw storeError('publish the rendezvous file', path, error);
  }
}

/** Removes the file if it still names `instance`; a successor's is left alone. */
export function withdrawRendezvous(path: string, instance: string): void {
  if (readRendezvous(path)?.instance === instance) rmSync(path, { force: true });
}

import { rmSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { storeError } from '../protocol/errors.js';
import { readRendezvous, type Rendezvous } from '../protocol/rendezvous.js';
import { patiently } from '../protocol/patiently.js';

/** Tells clients where to dial from now on. */
export function publishRendezvous(path: string, rendezvous: Rendezvous): void {
  try {
    const text = `${JSON.stringify(rendezvous, null, 2)}\n`;
    patiently(() => writeFileAtomic.sync(path, text, { mode: 0o600 }));
  } catch (error) {
    throw storeError('publish the rendezvous file', path, error);
  }
}

/** Removes the file if it still names `instance`; a successor's is left alone. */
export function withdrawRendezvous(path: string, instance: string): void {
  if (readRendezvous(path)?.instance === instance) rmSync(path, { force: true });
}

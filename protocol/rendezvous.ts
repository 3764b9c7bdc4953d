import { readFileSync, statSync } from 'node:fs';
import { Cc2ccError, errnoOf, storeError } from './errors.js';
import { isRecord } from './json.js';

/** Where to find the daemon of a root on this host. Anyone may be wrong about it: dial to know. */
export interface Rendezvous {
  protocol: number;
  version: string;
  instance: string;
  pid: number;
  socket: string;
  root: string;
  /** ISO time of its start. */
  started: string;
}

/** @returns undefined when there is none or it makes no sense */
export function readRendezvous(path: string): Rendezvous | undefined {
  let value: unknown;
  try {
    // A FIFO would be waited at, by every session and every hook.
    if (statSync(path).isFIFO()) throw unsafe(path);
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Cc2ccError) throw error;
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw storeError('read the rendezvous file', path, error);
  }
  if (!isRecord(value)) return undefined;
  const { protocol, version, instance, pid, socket, root, started } = value;
  const fits =
    typeof protocol === 'number' &&
    typeof version === 'string' &&
    typeof instance === 'string' &&
    typeof pid === 'number' &&
    typeof socket === 'string' &&
    typeof root === 'string' &&
    typeof started === 'string';
  return fits ? { protocol, version, instance, pid, socket, root, started } : undefined;
}

function unsafe(path: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not a regular file.`, {
    hint: `Look at it (ls -l '${path}'), then remove it.`,
  });
}

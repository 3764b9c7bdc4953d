import { Cc2ccError, storeError } from './errors.js';
import { isRecord } from './json.js';
import { readOwnFile } from './own-file.js';

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

/** One has some 400 bytes, and two paths in it. */
const MAX_BYTES = 64 * 1024;

/**
 * @returns undefined when there is none or it makes no sense
 * @throws Cc2ccError E_UNSAFE for what others may have written: it would lead to a daemon of theirs
 */
export function readRendezvous(path: string): Rendezvous | undefined {
  const file = readOwnFile(path, MAX_BYTES, { privacy: 'tighten' });
  if (file.kind === 'missing') return undefined;
  if (file.kind === 'unopened') throw storeError('read the rendezvous file', path, file.error);
  if (file.kind === 'refused') throw unsafe(path, file.reason);
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString());
  } catch {
    return undefined; // torn, or none of ours
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

function unsafe(path: string, reason: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not a file of yours alone: ${reason}.`, {
    hint: `Look at it (ls -l '${path}'), then remove it.`,
  });
}

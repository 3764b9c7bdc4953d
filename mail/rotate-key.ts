import { join } from 'node:path';
import { Cc2ccError } from '../protocol/errors.js';
import { takeProcessLock } from '../protocol/process-lock.js';
import type { Keyring } from './keyring.js';
import { lastExpiry } from './last-expiry.js';

/**
 * Makes a new key for a root. The old one is honoured until the last message that waits expires, and
 * at least for one ttl.
 *
 * @param locks the folder `locks/` of the state folder
 * @param ttl seconds
 * @returns epoch milliseconds until which the old one is honoured; Infinity while mail waits that never
 *   expires
 * @throws Cc2ccError E_STORE, also while another process does it
 */
export function rotateKey(root: string, keys: Keyring, locks: string, ttl: number): number {
  // Two at once would each forget the key of the other.
  const acquired = takeProcessLock(join(locks, 'rotate-key'));
  if (!acquired.ok) {
    const { pid } = acquired.holder;
    throw new Cc2ccError('E_STORE', `Process ${pid} makes a new key at this moment.`);
  }
  try {
    const until = Math.max(Date.now() + ttl * 1000, lastExpiry(root));
    keys.rotate(until);
    // What was signed with the old one while we looked and wrote.
    const again = lastExpiry(root);
    if (again <= until) return until;
    keys.honour(again);
    return again;
  } finally {
    acquired.lease.release();
  }
}

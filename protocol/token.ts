import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { Cc2ccError, storeError } from './errors.js';
import { linkOrCreate } from './link-or-create.js';
import { readOwnFile } from './own-file.js';

const TOKEN = /^[0-9a-f]{64}$/;

/** With blanks around it; a file of more is none of ours, and is torn. */
const MAX_BYTES = 4096;

/**
 * The secret that daemon and clients of one user share, from a file that only this user can read.
 *
 * @returns undefined when there is none yet
 * @throws Cc2ccError E_UNSAFE for a file that others may read or that is not ours
 */
export function readToken(path: string): string | undefined {
  const file = readOwnFile(path, MAX_BYTES);
  if (file.kind === 'missing') return undefined;
  if (file.kind === 'unopened') throw storeError('read the token', path, file.error);
  if (file.kind === 'refused') throw unsafe(path);
  // Others may have read it, so to close it now would not help.
  const isOpen = process.platform !== 'win32' && (file.stats.mode & 0o077) !== 0;
  if (isOpen) throw unsafe(path);
  const text = file.bytes.toString().trim();
  return TOKEN.test(text) ? text : undefined;
}

function unsafe(path: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not a private file of yours.`, {
    hint: `Remove it and restart the daemon: rm '${path}' && cc2cc-daemon restart`,
  });
}

/** Reads the token or makes one; of several makers at once, all end up with the same. */
export function ensureToken(path: string): string {
  const found = readToken(path);
  if (found !== undefined) return found;
  const own = `${path}.${process.pid}.tmp`;
  try {
    rmSync(own, { force: true });
    const text = `${randomBytes(32).toString('hex')}\n`;
    writeFileSync(own, text, { mode: 0o600, flag: 'wx' });
    chmodSync(own, 0o600);
    while (!linkOrCreate(own, path, text)) {
      const other = readToken(path);
      if (other !== undefined) return other; // somebody was faster: what they made must stay
      rmSync(path, { force: true }); // a torn one
    }
  } catch (error) {
    throw error instanceof Cc2ccError ? error : storeError('make the token', path, error);
  } finally {
    rmSync(own, { force: true });
  }
  const made = readToken(path);
  if (made === undefined)
    throw new Cc2ccError('E_STORE', `The token at ${path} cannot be read back.`);
  return made;
}

export type Side = 'client' | 'daemon';

/**
 * Proof of knowing the token, bound to side, protocol, nonce and time; hex.
 * The two sides' proofs differ, so neither can be made from the other.
 */
export function proofOf(token: string, side: Side, nonce: string, time: number): string {
  return createHmac('sha256', token).update(`cc2cc hello 1 ${side} ${nonce} ${time}`).digest('hex');
}

/** Compares in constant time; anything that is not a proof is simply wrong. */
export function proofFits(expected: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const [wanted, offered] = [Buffer.from(expected), Buffer.from(given)];
  // In bytes: of two texts of one length one may have more of them, at which the comparison throws.
  return wanted.length === offered.length && timingSafeEqual(wanted, offered);
}

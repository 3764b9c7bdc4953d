import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Cc2ccError, errnoOf, storeError } from './errors.js';

const TOKEN = /^[0-9a-f]{64}$/;

/**
 * The secret that daemon and clients of one user share, from a file that only this user can read.
 *
 * @returns undefined when there is none yet
 * @throws Cc2ccError E_UNSAFE for a file that others may read or that is not ours
 */
export function readToken(path: string): string | undefined {
  let stats;
  let text;
  try {
    stats = lstatSync(path);
    // A FIFO would be waited at.
    if (!stats.isFile() && !stats.isSymbolicLink()) throw unsafe(path);
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error instanceof Cc2ccError ? error : storeError('read the token', path, error);
  }
  const uid = process.getuid?.();
  if (uid !== undefined && (!stats.isFile() || stats.uid !== uid || (stats.mode & 0o077) !== 0)) {
    throw unsafe(path);
  }
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
    writeFileSync(own, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(own, 0o600);
    while (!publish(own, path)) {
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

/** False when there is a file already; `link` never replaces one. */
function publish(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
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

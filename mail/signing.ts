import { createHmac, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What a message's signature tells. `unchecked`: it has one, and nobody had the key to check it. */
export type SignatureState = 'verified' | 'unsigned' | 'invalid' | 'unchecked';

const PREFIX = 'hmac-sha256:';

/**
 * The signature of a message: HMAC-SHA256 over its canonical JSON (RFC 8785) without `signature`.
 *
 * @param message as it is written to the file
 * @returns `hmac-sha256:` and 64 hexadecimal digits
 * @throws Error for numbers that JSON cannot hold
 */
export function signatureOf(message: object, key: string): string {
  return PREFIX + createHmac('sha256', key).update(signedBytes(message)).digest('hex');
}

/** Whether a parsed message file has a signature at all. */
export function isSigned(raw: Readonly<Record<string, unknown>>): boolean {
  return raw['signature'] !== undefined && raw['signature'] !== null;
}

/**
 * Checks the signature of a parsed message file, before anything in it is defaulted or decrypted.
 *
 * @param keys those that are honoured; the first that fits decides
 */
export function checkSignature(
  raw: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): SignatureState {
  const { signature } = raw;
  if (!isSigned(raw)) return 'unsigned';
  if (typeof signature !== 'string') return 'invalid';
  const given = Buffer.from(signature);
  try {
    const bytes = signedBytes(raw);
    for (const key of keys) {
      const wanted = Buffer.from(PREFIX + createHmac('sha256', key).update(bytes).digest('hex'));
      if (wanted.length === given.length && timingSafeEqual(wanted, given)) return 'verified';
    }
  } catch {
    return 'invalid'; // numbers beyond what JSON can say: nobody can have signed it
  }
  return 'invalid';
}

function signedBytes(message: object): string {
  const { signature, ...rest } = message as Record<string, unknown>;
  void signature;
  return canonicalize(rest) ?? '';
}

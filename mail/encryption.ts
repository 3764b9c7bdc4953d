import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

/** The original's form: AES-256-GCM, key by scrypt of the secret; all parts in hexadecimal. */
const FORM = /^ENC:([0-9a-f]{24}):([0-9a-f]{32}):((?:[0-9a-f]{2})*)$/i;
const ALGORITHM = 'aes-256-gcm';
const SALT = 'cc2cc-aes';

/** Whether a text has the form of an encrypted one. */
export function isEncrypted(text: string): boolean {
  return text.startsWith('ENC:') && FORM.test(text);
}

/** @param secret the content of `secret.key`, trimmed */
export function encryptText(text: string, secret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, cipherKey(secret), iv);
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [
    'ENC',
    iv.toString('hex'),
    cipher.getAuthTag().toString('hex'),
    bytes.toString('hex'),
  ].join(':');
}

/**
 * The text of an encrypted one.
 *
 * @param secrets those that may have encrypted it
 * @returns undefined when none fits, or the text is not encrypted
 */
export function decryptText(text: string, secrets: readonly string[]): string | undefined {
  const match = text.startsWith('ENC:') ? FORM.exec(text) : null;
  if (match === null) return undefined;
  const [iv, tag, bytes] = match.slice(1).map((hex) => Buffer.from(hex, 'hex'));
  if (iv === undefined || tag === undefined || bytes === undefined) return undefined;
  for (const secret of secrets) {
    try {
      const decipher = createDecipheriv(ALGORITHM, cipherKey(secret), iv, { authTagLength: 16 });
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8');
    } catch {
      continue; // another key's: the tag tells
    }
  }
  return undefined;
}

/**
 * scrypt takes some 25 ms on purpose, and nobody shall make us spend them again and again with texts
 * that none of the secrets fits. More than a root has keys: see MAX_FORMER_KEYS.
 */
const MAX_DERIVED = 256;
const derived = new Map<string, Buffer>();

function cipherKey(secret: string): Buffer {
  let key = derived.get(secret);
  if (key === undefined) {
    key = scryptSync(secret, SALT, 32);
    if (derived.size >= MAX_DERIVED) derived.clear();
    derived.set(secret, key);
  }
  return key;
}

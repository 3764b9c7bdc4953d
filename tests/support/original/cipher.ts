import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The original's encryption of texts; written apart from ours, so that each can judge the other. */
export class Cipher {
  readonly #root: string;
  readonly #enabled: boolean;

  constructor(root: string, enabled: boolean) {
    this.#root = root;
    this.#enabled = enabled;
  }

  encrypt(text: string): string {
    if (!this.#enabled) return text;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key(), iv);
    const bytes = cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
    return `ENC:${iv.toString('hex')}:${cipher.getAuthTag().toString('hex')}:${bytes}`;
  }

  /** What cannot be decrypted is shown as it is. */
  decrypt(text: string): string {
    if (!this.#enabled || !text.startsWith('ENC:')) return text;
    const [, iv = '', tag = '', bytes = ''] = text.split(':');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key(), Buffer.from(iv, 'hex'));
      decipher.setAuthTag(Buffer.from(tag, 'hex'));
      return decipher.update(bytes, 'hex', 'utf8') + decipher.final('utf8');
    } catch {
      return text;
    }
  }

  #key(): Buffer {
    const secret = readFileSync(join(this.#root, 'secret.key'), 'utf8').trim();
    return scryptSync(secret, 'cc2cc-aes', 32);
  }
}

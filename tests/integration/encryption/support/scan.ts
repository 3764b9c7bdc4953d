import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../../../protocol/errors.js';

/** What was found in clear, and in which files. */
export type Found = Map<string, Set<string>>;

/**
 * Looks at every byte of every file below a folder, also as UTF-16, hexadecimal and Base64. What goes
 * meanwhile is passed over: the witness sees what is written there.
 *
 * @param secrets ASCII words
 * @returns how many files were read
 */
export function scanFor(secrets: readonly string[], folder: string, found: Found): number {
  const forms = secrets.flatMap((secret) => formsOf(secret).map((form) => ({ secret, form })));
  let files = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const bytes = bytesOf(join(folder, name));
    if (bytes === undefined) continue;
    files += 1;
    for (const { secret, form } of forms) {
      if (!bytes.includes(form) && !name.includes(secret)) continue;
      found.set(secret, (found.get(secret) ?? new Set()).add(name));
    }
  }
  return files;
}

function formsOf(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  // Base64 has three forms, by the place at which the text begins; the first and last digits are left.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  const texts = [secret, hex, hex.toUpperCase(), ...base64];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(secret, 'utf16le')];
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

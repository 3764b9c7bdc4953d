import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with files in it that nobody may touch. */
export function makeCanary(folder: string, files: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  }
}

/** Names, modes, owners, times and content of everything below a folder. */
export function fingerprint(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const { mode, uid, nlink, mtimeMs, ctimeMs } = lstatSync(path);
      const content = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [name, mode, uid, nlink, mtimeMs, ctimeMs, content].join(' ');
    });
}

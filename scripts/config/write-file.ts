import { randomUUID } from 'node:crypto';
import { realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, storeError } from '../../protocol/errors.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { patiently } from '../../protocol/patiently.js';

/**
 * Replaces `config.json`, 0600: whoever reads it has the old one or the new one. Where it is a link, as
 * in a folder of dotfiles, the link stays.
 *
 * @throws Cc2ccError E_STORE
 */
export function writeConfigFile(path: string, value: object): void {
  try {
    makeFolder(dirname(path));
    const target = linkTarget(path);
    const draft = join(dirname(target), `.config-${randomUUID()}.tmp`);
    try {
      const text = `${JSON.stringify(value, null, 2)}\n`;
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
      patiently(() => renameSync(draft, target));
    } finally {
      rmSync(draft, { force: true }); // still there only when something failed
    }
  } catch (error) {
    throw storeError('write the configuration', path, error);
  }
}

function linkTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path;
    throw error;
  }
}

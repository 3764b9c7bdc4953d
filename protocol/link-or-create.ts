import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { errnoOf, meansNoLinks } from './errors.js';
import { placeWithoutLinks } from './place-without-links.js';

/**
 * Gives a file that is written the name for which several may contend: exactly one succeeds, and the file
 * is there whole. Where there are no links, see {@link placeWithoutLinks}.
 *
 * @param draft stays
 * @param text what is in it
 * @returns false when there is a file of that name already
 * @throws Error of the file system
 */
export function linkOrCreate(draft: string, path: string, text: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!meansNoLinks(errnoOf(error))) throw error;
  }
  const second = `${draft}.2`;
  try {
    writeFileSync(second, text, { mode: 0o600, flag: 'wx' });
    return placeWithoutLinks(second, path, `${path}.placing`);
  } finally {
    rmSync(second, { force: true });
  }
}

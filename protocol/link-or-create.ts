import { linkSync, writeFileSync } from 'node:fs';
import { errnoOf, meansNoLinks } from './errors.js';

/**
 * Gives a file that is written the name for which several may contend: exactly one succeeds, and the file
 * is there whole. Where there are no links it is as exclusive, but not whole from the first moment: who
 * reads it in between must take it for torn.
 *
 * @param draft stays
 * @param text what is in it
 * @returns false when there is a file of that name already
 * @throws Error of the file system
 */
export function linkOrCreate(draft: string, path: string, text: string): boolean {
  try {
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!meansNoLinks(errnoOf(error))) throw error;
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    }
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

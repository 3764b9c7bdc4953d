import { readdirSync } from 'node:fs';
import { errnoOf } from './errors.js';

/** The names in a folder, in no order; none where there is no folder. Other errors are thrown. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

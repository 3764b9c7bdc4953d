import { readdirSync } from 'node:fs';
import { errnoOf } from './errors.js';

/**
 * The names in a folder, in no order; none where there is no folder, also where a file bears its name
 * or that of a folder above it. Other errors are thrown.
 */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}

import { readdirSync } from 'node:fs';
import { errnoOf } from './errors.js';
import { folderFault } from './own-folder.js';

/**
 * The names in a folder, in no order; none where there is no folder, also where a file bears its name
 * or that of a folder above it, and none in a folder that is not ours alone: what lies there is not to be
 * looked at. Who works in a folder says so, with secureFolder(). Other errors are thrown.
 */
export function listFolder(path: string): string[] {
  if (folderFault(path) !== undefined) return [];
  try {
    return readdirSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}

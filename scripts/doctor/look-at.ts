import { lstatSync, opendirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../protocol/errors.js';
import { isOwn } from '../../protocol/own-file.js';

export type Kind = 'file' | 'folder' | 'link' | 'other';

/** What lies at a path, not followed; undefined for nothing. */
export interface Place {
  path: string;
  kind: Kind;
  stats: Stats;
}

/** @throws the system's error, but for a path at which nothing is */
export function lookAt(path: string): Place | undefined {
  let stats;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined; // a file bears the name of a folder above
    throw error;
  }
  return stats === undefined ? undefined : { path, kind: kindOf(stats), stats };
}

/** What is wrong with a place where a folder or file of ours belongs, in words after the path. */
export function faultOf({ kind, stats }: Place, wanted: 'file' | 'folder'): string | undefined {
  if (kind !== wanted) return kind === 'other' ? `not a ${wanted}` : `a ${kind}, not a ${wanted}`;
  return isOwn(stats) ? undefined : `belongs to user ${stats.uid}`;
}

/** Whether group or world may do what the user alone should; Windows has no such bits. */
export function isLoose({ stats }: Place, bits = 0o077): boolean {
  return process.platform !== 'win32' && (stats.mode & bits) !== 0;
}

export const modeOf = ({ stats }: Place): string =>
  (stats.mode & 0o777).toString(8).padStart(4, '0');

/**
 * Everything below a folder, not through links, up to a number of entries. What vanishes meanwhile is
 * passed over.
 */
export function* below(folder: string, budget: { left: number }): Generator<Place> {
  for (const name of namesIn(folder, budget)) {
    const place = lookAt(join(folder, name));
    if (place === undefined) continue;
    yield place;
    if (place.kind === 'folder') yield* below(place.path, budget);
  }
}

/** The names in a folder, as far as the budget goes; none where there is no folder. */
export function namesIn(folder: string, budget = { left: 100_000 }): string[] {
  const names: string[] = [];
  let dir;
  try {
    dir = opendirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return names;
    throw error;
  }
  try {
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
      if (budget.left <= 0) break;
      budget.left -= 1;
      names.push(entry.name);
    }
  } finally {
    dir.closeSync();
  }
  return names.sort();
}

function kindOf(stats: Stats): Kind {
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'other';
}

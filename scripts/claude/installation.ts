import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/**
 * Whose program an entry in a file of Claude Code's runs: that of this installation, of another one
 * (a folder that was moved, another version), or what is none of ours.
 */
export type Whose = 'this' | 'other' | 'foreign';

/** Those of the absolute paths at which nothing is. */
export function missingOf(paths: readonly string[]): string[] {
  return paths.filter((path) => isAbsolute(path) && !existsSync(path));
}

/** Whether two paths lead to one file, links resolved. */
export function sameFile(one: string, other: string): boolean {
  return one === other || real(one) === real(other);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // nothing is there: then only the same words mean the same
  }
}

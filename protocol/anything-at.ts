import { lstatSync } from 'node:fs';

/** Whether anything lies at a path. A link is something, wherever it leads. */
export function isAnythingAt(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

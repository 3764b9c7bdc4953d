import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { errnoOf } from '../../../protocol/errors.js';

/** Written in a folder of its own, or under a name that nobody reads, before it is what it is. */
const DRAFT = /(?:^|\/)(?:tmp\/|\.[^/]*$|[^/]*\.json\.\d+$)/;

/** Who moves things for longer than this never comes to rest. */
const LOOKS = 100;

/**
 * Files of a bridge root that are not whole: JSON that breaks off, and lines of a journal that do. Empty
 * means that no fault has torn any.
 */
export function tornFiles(root: string): string[] {
  for (let look = 1; ; look += 1) {
    try {
      return lookForTorn(root);
    } catch (error) {
      // A daemon is at work, and what was listed has been moved since: to where it must be looked at.
      if (errnoOf(error) !== 'ENOENT' || look === LOOKS) throw error;
    }
  }
}

function lookForTorn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => relative(root, join(root, file)).split(sep).join('/'))
    .filter((file) => /\.jsonl?$/.test(file) && !DRAFT.test(file))
    .filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile())
    .filter((file) => !isWhole(join(root, file)));
}

function isWhole(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  if (!path.endsWith('.jsonl')) return isJson(text);
  const lines = text.split('\n');
  return lines.pop() === '' && lines.every(isJson);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { until } from '../../support/events.js';
import { isJson } from '../../support/lines.js';

/** Written in a folder of its own, or under a name that nobody reads, before it is what it is. */
const DRAFT = /(?:^|\/)(?:tmp\/|\.[^/]*$|[^/]*\.json\.\d+$)/;

/**
 * Asserts that all files of a bridge root are whole: no fault has left JSON that breaks off, nor a journal
 * with a line that does. A daemon may be at work: what was listed has been moved since, to where it must be
 * looked at, and of the line that it is just writing a part is there. For these it is looked again.
 */
export async function assertNoneTorn(root: string): Promise<void> {
  const torn = await until(() => {
    const found = lookForTorn(root);
    const journals = found.filter((file) => file.endsWith('.jsonl'));
    if (journals.length > 0) throw new Error(`torn: ${journals.join(', ')}`);
    return found;
  }, 'root in which all journals are whole');
  assert.deepEqual(torn, []);
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

import { readFileSync } from 'node:fs';
import { errnoOf } from '../../protocol/errors.js';

/** Whether a text is JSON, of any kind. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The whole lines of a file into which others may be writing: of a line that crosses a page, a reader can
 * see the first part before the rest is there.
 *
 * @returns none where there is no file yet
 */
export function linesIn(file: string): string[] {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').slice(0, -1);
}

import { sanitizeText } from '../../protocol/sanitize.js';
import { MAX_TITLE } from './event.js';

/** One line that tells what a task is about: the first of a text, cut where it is long. */
export function titleOf(text: string): string {
  const lines = sanitizeText(text)
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim());
  const characters = [...(lines.find((line) => line !== '') ?? 'untitled')];
  if (characters.length <= MAX_TITLE) return characters.join('');
  return `${characters.slice(0, MAX_TITLE - 1).join('')}…`;
}

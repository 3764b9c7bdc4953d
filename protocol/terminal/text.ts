import { homedir } from 'node:os';
import { sep } from 'node:path';
import { sanitizeText } from '../sanitize.js';
import { widthOf } from '../text-width.js';

export { widthOf };

/** What somebody else wrote, on one line of a terminal. */
export function oneLine(text: string): string {
  return sanitizeText(text).replaceAll(/\s+/g, ' ').trim();
}

/** The text, cut to `width` columns with `…` at its end, or at its start where that tells less. */
export function cut(text: string, width: number, side: 'end' | 'start' = 'end'): string {
  if (widthOf(text) <= width) return text;
  // No character of a text that anybody wrote for people is longer than this.
  const most = width * 32;
  const clusters = clustersOf(side === 'start' ? text.slice(-most) : text.slice(0, most));
  if (side === 'start') clusters.reverse();
  const kept: string[] = [];
  let room = width - 1;
  for (const cluster of clusters) {
    room -= widthOf(cluster);
    if (room < 0) break;
    kept.push(cluster);
  }
  return side === 'start' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}

/** The text, filled up with spaces to `width` columns. */
export function pad(text: string, width: number, side: 'end' | 'start' = 'end'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'start' ? spaces + text : text + spaces;
}

/**
 * The lines of a text, broken between words to `width` columns; words that are longer are broken
 * too. Indents and empty lines stay.
 *
 * @param width undefined: lines stay as they are
 */
export function wrap(text: string, width: number | undefined): string[] {
  const lines = text.split('\n');
  return width === undefined ? lines : lines.flatMap((line) => wrapLine(line, Math.max(1, width)));
}

function wrapLine(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const lines: string[] = [];
  let current = '';
  let filled = 0;
  const next = (): void => {
    lines.push(current.trimEnd());
    current = '';
    filled = 0;
  };
  const put = (part: string, columns: number): void => {
    current += part;
    filled += columns;
  };
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    const columns = widthOf(word.trimEnd());
    if (filled > 0 && filled + columns > width) next();
    if (columns <= width) {
      put(word, widthOf(word));
      continue;
    }
    for (const cluster of clustersOf(word)) {
      const taken = widthOf(cluster);
      if (filled > 0 && filled + taken > width) next();
      put(cluster, taken);
    }
  }
  next();
  return lines;
}

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for characters: none of them may be cut in two. */
function clustersOf(text: string): string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** A path for people: the home folder short, and no control characters that a name may hold. */
export function tilde(raw: string): string {
  const path = raw.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  const home = homedir();
  return path === home || path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}

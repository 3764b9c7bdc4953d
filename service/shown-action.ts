import type { Action } from './manager.js';

/** A step for people: the path, or the command as one would type it; then the text of a file. */
export function shownAction(action: Action): string[] {
  switch (action.do) {
    case 'folder':
    case 'remove':
    case 'unlink':
      return [action.path];
    case 'write':
      return [action.path, ...textOf(action.content).trimEnd().split('\n')];
    case 'run':
      return [action.argv.map(shown).join(' ')];
  }
}

/** The text of a file that a manager rendered: UTF-8, or UTF-16 with its mark, as Windows has it. */
export function textOf(content: Buffer): string {
  const isWide = content[0] === 0xff && content[1] === 0xfe;
  return (isWide ? content.toString('utf16le', 2) : content.toString()).replaceAll('\r\n', '\n');
}

function shown(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

import { dirname, join } from 'node:path';
import { SHIM } from '../installed.js';
import { quote } from '../quote.js';

/** How the program itself goes, which cannot remove what it runs from. */
export function removeProgramLine(
  folder: string = dirname(dirname(dirname(SHIM))),
  node: string = process.execPath,
): string {
  const [, prefix] = /^(.*?)(?:[/\\]lib)?[/\\]node_modules[/\\]cc2cc$/.exec(folder) ?? [];
  if (prefix === undefined) return `delete the folder ${folder}`;
  // npm's own prefix is that of its node.
  const own = process.platform === 'win32' ? dirname(node) : join(dirname(node), '..');
  return prefix === own ? 'npm rm -g cc2cc' : `npm rm -g --prefix ${quote(prefix)} cc2cc`;
}

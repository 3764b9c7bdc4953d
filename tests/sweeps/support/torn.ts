import { readdirSync, readFileSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REJECTED_BY_HAND } from '../../../mail/held.js';
import { listFolder } from '../../../protocol/list-folder.js';
import { isJson } from '../../support/lines.js';

/** Files that are being written have such names, and are read by nobody; what is refused may be anything. */
const UNFINISHED = /(?:^|\/)tmp\/|^rejected\/|\.tmp$|\.json\.\d+$|^\.|\/\./;

/** As write-file-atomic names what is not yet in its place. */
const DRAFT = /\.json\.\d+$/;

/** JSON files in places where somebody would read them, and that are none. */
export function tornFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(root, name);
    const isRead = /\.jsonl?$/.test(basename(name)) && !UNFINISHED.test(name);
    if (!isRead || !lstatSync(path).isFile()) return [];
    const text = readFileSync(path, 'utf8');
    const isTorn = name.endsWith('.jsonl') ? text.split('\n').some(isSpoilt) : !isJson(text);
    return isTorn ? [`torn: ${name}: ${JSON.stringify(text.slice(0, 400))}`] : [];
  });
}

/** A line of a journal may be cut off, but then nothing else stands on it. */
function isSpoilt(line: string): boolean {
  return line !== '' && !isJson(line) && line.lastIndexOf('{') > 0;
}

/**
 * What we wrote ourselves and then refused; a scene that plants something calls it `old`. What a person has
 * rejected is none of these.
 */
export function refusedFiles(root: string): string[] {
  const folder = join(root, 'rejected');
  return listFolder(folder)
    .filter((name) => !name.startsWith('old.') && !DRAFT.test(name) && !isByHand(folder, name))
    .map((name) => `rejected: ${name}`);
}

function isByHand(folder: string, name: string): boolean {
  const note = name.replace(/\.rejected$/, '.reason.json');
  return readFileSync(join(folder, note), 'utf8').includes(REJECTED_BY_HAND);
}

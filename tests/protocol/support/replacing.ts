/**
 * Run by replace-file.test.ts under the preload of tests/faults/: replaces a file again and again while one
 * of its calls fails, and prints what was there afterwards.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../../protocol/errors.js';
import { replaceFile } from '../../../protocol/replace-file.js';

/** One replacement under one fault. */
export interface Replaced {
  deed: string;
  at: number;
  /** The error that it threw. */
  error: string | undefined;
  /** What is there then. */
  is: 'old' | 'new' | 'torn';
  /** Files that it left beside it. */
  left: string[];
}

const [path = '', steer = '', struck = ''] = process.argv.slice(2);
const all: Replaced[] = [];

for (const deed of ['short', 'ENOSPC', 'EDQUOT', 'EIO', 'EACCES']) {
  for (let at = 1; ; at += 1) {
    const wanted = `${deed} ${at} ${'x'.repeat(9_000)}`;
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    writeFileSync(steer, JSON.stringify({ at, do: deed, once: struck }));
    let error: string | undefined;
    try {
      replaceFile(path, wanted, { fsync: true });
    } catch (thrown) {
      error = errnoOf(thrown) ?? String(thrown);
    }
    rmSync(steer);
    if (!existsSync(struck)) break;
    rmSync(struck);
    const left = readdirSync(dirname(path)).slice(1);
    const after = readFileSync(path, 'utf8');
    const is = after === wanted ? 'new' : after === before ? 'old' : 'torn';
    all.push({ deed, at, error, is, left });
    for (const name of left) rmSync(`${dirname(path)}/${name}`);
  }
}
console.log(JSON.stringify(all));

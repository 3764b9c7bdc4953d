/** docs/architecture.md names every source file, by name or with its folder, and none that is gone. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(PROJECT, 'docs/architecture.md'), 'utf8');

for (const part of ['protocol', 'mail', 'service', 'daemon', 'shim', 'scripts']) {
  const files = readdirSync(join(PROJECT, part), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'));
  const named = namedIn(part);

  test(`the tables of ${part}/ have every file`, () => {
    const isNamed = (file: string): boolean => named.has(file) || named.has(`${dirname(file)}/*`);
    assert.deepEqual(
      files.filter((file) => !isNamed(file)),
      [],
    );
  });

  test(`the tables of ${part}/ have no file that is gone`, () => {
    const isThere = (name: string): boolean =>
      existsSync(join(PROJECT, part, name.replace(/\/\*$/, '')));
    assert.deepEqual(
      [...named].filter((name) => !isThere(name)),
      [],
    );
  });
}

/** What stands in the first column of the tables of a part. */
function namedIn(part: string): Set<string> {
  const [, rest = ''] = PAGE.split(`\n### ${part}/\n`);
  const rows = rest.split(/^##/m)[0]!.matchAll(/^\| (`[^|]*) \|/gm);
  return new Set([...rows].flatMap(([, cell]) => cell!.match(/[\w./*-]+/g) ?? []));
}

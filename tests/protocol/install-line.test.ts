/** No registry has cc2cc: whoever is told to install it by that name gets nothing, or somebody else's program. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const BY_NAME = /npm (?:i|install) (?:-g|--global) cc2cc(?!-)/;

test('nothing tells people to install cc2cc by its name alone', () => {
  const folders = ['protocol', 'mail', 'service', 'daemon', 'shim', 'scripts', 'plugin', 'docs'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(PROJECT, folder, name),
    ),
  );
  const texts = files.filter((file) => /\.(?:ts|cjs|md|json)$/.test(file));
  const wrong = texts.filter(
    (file) => !file.endsWith('install-line.ts') && BY_NAME.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(wrong, []);
});

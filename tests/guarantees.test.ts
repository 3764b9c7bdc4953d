/** docs/guarantees.md and docs/SECURITY.md name tests that exist, and every defence is in the former. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defences } from './defences/all.js';
import type { Defence } from './defences/defence.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = join(PROJECT, 'docs/guarantees.md');
const PLACE = /(<!-- defences:[^>]*-->\n)([^]*)(<!-- \/defences -->)/;

const pageOf = (name: string): string => readFileSync(join(PROJECT, name), 'utf8');
const files = readdirSync(join(PROJECT, 'tests'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(?:test|sweep|claude|service|windows)\.ts$/.test(file))
  .sort();

/** By the rule of tests/run.ts: one of the words is in the path. */
function filesOf({ tests, suite = 'all' }: Defence): string {
  const ending = suite === 'sweeps' ? '.sweep.ts' : '.test.ts';
  return files
    .filter((file) => file.endsWith(ending) && tests.some((word) => file.includes(word)))
    .map((file) => `\`tests/${file}\``)
    .join(', ');
}

function tableOfDefences(): string {
  const rows = defences.map(
    (defence) => `| ${defence.guarantee} | \`${defence.file}\` | ${filesOf(defence)} |`,
  );
  const head = ['| guarantee | taken out of | tests that see it |', '| --- | --- | --- |'];
  return `\n${[...head, ...rows].join('\n')}\n\n`;
}

test('every defence is in the table, as its list says', () => {
  const table = tableOfDefences();
  if (process.env['WRITE_DOCS'] === '1') {
    const text = pageOf('docs/guarantees.md').replace(
      PLACE,
      (_all, begin: string, _old, end: string) => `${begin}${table}${end}`,
    );
    writeFileSync(PAGE, text);
  }
  const [, , kept] = PLACE.exec(pageOf('docs/guarantees.md')) ?? [];
  assert.equal(kept, table, 'write it: WRITE_DOCS=1 npm test -- guarantees');
  const sentences = defences.map(({ guarantee }) => guarantee);
  assert.equal(new Set(sentences).size, sentences.length, 'two of them promise the same');
});

test('each guarantee names a test, and every test that is named exists', () => {
  const rows = [...pageOf('docs/guarantees.md').matchAll(/^\| (?!guarantee|---)(.*) \|$/gm)];
  assert.ok(rows.length > 30);
  for (const [row, cells = ''] of rows) {
    const [guarantee = '', meaning = '', tests = ''] = cells.split(' | ');
    assert.ok(guarantee !== '' && meaning !== '', row);
    const named = [...tests.matchAll(/`tests\/([^`]+)`/g)].map(([, file = '']) => file);
    assert.ok(named.length > 0, row);
    for (const file of named) assert.ok(files.includes(file), `${guarantee}: no tests/${file}`);
  }
});

test('every section of docs/SECURITY.md says what is not defended, and names tests that exist', () => {
  const [, ...sections] = pageOf('docs/SECURITY.md').split(/^## /m);
  const threats = sections.filter((section) => /\*\*(?:Defended|Not)/.test(section));
  assert.ok(threats.length > 18);
  for (const section of threats) {
    const title = section.split('\n', 1)[0];
    const [, tests = ''] = /^Tests: (.*)$/m.exec(section) ?? [];
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    assert.ok(named.length > 0, `${title}: no tests`);
    for (const word of named) {
      // A folder, or a file without its ending.
      const isNamed = (file: string): boolean =>
        word.endsWith('/') ? file.startsWith(word) : file.replace(/\.\w+\.ts$/, '') === word;
      assert.ok(files.some(isNamed), `${title}: no test ${word}`);
    }
    const isWhole = /\*\*(?:Defended|Not defended)/.test(section) && section.includes('**Not');
    assert.ok(isWhole || section.includes('Readable all the same'), `${title}: one side only`);
  }
  for (const [, name = ''] of pageOf('docs/SECURITY.md').matchAll(/\]\(([\w./-]+\.md)/g))
    assert.ok(existsSync(join(PROJECT, 'docs', name)), name);
});

test('the README leads to both pages', () => {
  const readme = pageOf('README.md');
  for (const page of ['docs/SECURITY.md', 'docs/guarantees.md'])
    assert.ok(readme.includes(`](${page})`), page);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { readCard, shownCard, writeCard } from '../../mail/card.js';
import { rootPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

function scene(t: TestContext): { root: string; path: string } {
  const root = tempFolder(t);
  const { agents } = rootPaths(root);
  mkdirSync(agents);
  return { root, path: join(agents, 'ben.json') };
}

test('a card as A2A has it can be read, with what is unknown here', (t) => {
  const { root } = scene(t);
  const skills = [{ id: 'css', name: 'CSS', description: 'mends it', tags: ['web'], examples: [] }];
  const card = { name: 'ben', description: 'The web', version: '2.1', skills, capabilities: {} };
  writeCard(root, card);
  assert.deepEqual(readCard(root, 'ben'), card);
  const shown = shownCard(card);
  assert.deepEqual([shown.description, shown.version], ['The web', '2.1']);
  assert.deepEqual(shown.skills, [
    { id: 'css', name: 'CSS', description: 'mends it', tags: ['web'] },
  ]);
});

test('what is only shown and makes no sense does not spoil the rest', (t) => {
  const { root, path } = scene(t);
  const odd = { description: 1, version: {}, skills: 'all' };
  writeFileSync(path, JSON.stringify({ name: 'ben', renamed_to: 'cat', ...odd }));
  const card = readCard(root, 'ben');
  assert.equal(card?.renamed_to, 'cat');
  assert.deepEqual([card.description, card.version, card.skills], Array(3).fill(undefined));
});

test('a skill that makes no sense does not spoil the others', (t) => {
  const { root, path } = scene(t);
  const skills = [{ name: 'no id' }, 'odd', null, { id: 'css', name: 'CSS', tags: 1 }];
  writeFileSync(path, JSON.stringify({ name: 'ben', skills }));
  assert.deepEqual(
    readCard(root, 'ben')?.skills?.map(({ name }) => name),
    ['CSS'],
  );
});

test('a hostile file is no card, and nobody waits for it', (t) => {
  const { root, path } = scene(t);
  writeFileSync(path, '{"name":"ben"}');
  assert.deepEqual(readCard(root, 'ben'), { name: 'ben' });
  truncateSync(path, 10 * 1024 * 1024);
  assert.equal(readCard(root, 'ben'), undefined);
  writeFileSync(path, `${'['.repeat(10_000)}${']'.repeat(10_000)}`);
  assert.equal(readCard(root, 'ben'), undefined);
  rmSync(path);
  if (process.platform === 'win32') return;
  symlinkSync('/dev/zero', path);
  assert.equal(readCard(root, 'ben'), undefined);
  rmSync(path);
  spawnSync('mkfifo', [path]);
  assert.equal(readCard(root, 'ben'), undefined);
});

test('whatever a card says, what is shown of it is one short line each', (t) => {
  const { root, path } = scene(t);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u001b[2J<system>\nx', '\u202e'),
  );
  const skill = fc.record({ id: text, name: text, description: text, tags: fc.array(text) });
  const card = fc.record(
    {
      description: fc.oneof(text, fc.anything()),
      summary: text,
      skills: fc.oneof(fc.array(skill), fc.anything()),
      version: text,
      client: fc.record({ name: text, version: text }),
      cwd: text,
      since: text,
      host: text,
      session_id: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(card, (fields) => {
      writeFileSync(path, JSON.stringify({ ...fields, name: 'ben' }));
      const found = readCard(root, 'ben');
      assert.ok(found !== undefined);
      const strings: string[] = [];
      JSON.stringify(shownCard(found), (_key, value: unknown) => {
        if (typeof value === 'string') strings.push(value);
        return value;
      });
      for (const line of strings) {
        assert.ok(line.length <= 1000 && !/[\p{Cc}\u202e<>]/u.test(line), JSON.stringify(line));
      }
    }),
  );
});

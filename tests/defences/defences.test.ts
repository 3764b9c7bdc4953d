import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { defences } from './all.js';
import { PROJECT } from './project-copy.js';
import { compile, takeOut } from './take-out.js';

const testFiles = readdirSync(join(PROJECT, 'tests'), { recursive: true, encoding: 'utf8' });

test('every defence can be taken out, and names tests that exist', async (t) => {
  for (const defence of defences) {
    await t.test(`${defence.file}: ${defence.guarantee}`, () => {
      const path = join(PROJECT, defence.file);
      assert.ok(existsSync(path));
      const source = readFileSync(path, 'utf8');
      const without = compile(takeOut(source, defence), path);
      assert.notEqual(without, compile(source, path), 'it changes the program');
      const ending = defence.suite === 'sweeps' ? '.sweep.ts' : '.test.ts';
      for (const word of defence.tests) {
        const matches = testFiles.some((file) => file.includes(word) && file.endsWith(ending));
        assert.ok(matches, `no test file matches "${word}"`);
      }
    });
  }
});

test('a text that is not there, or twice, is an error', () => {
  const defence = { guarantee: 'x', file: 'x.ts', find: 'b', replace: '', tests: ['x'] };
  assert.equal(takeOut('abc', defence), 'ac');
  assert.throws(() => takeOut('ac', defence), /x\.ts has this 0 times/);
  assert.throws(() => takeOut('abcb', defence), /x\.ts has this 2 times/);
});

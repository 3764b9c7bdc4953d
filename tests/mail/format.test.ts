import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { assertFormat, ensureFormat, FORMAT, formatPath, newerFormat } from '../../mail/format.js';
import { sandboxFor } from '../support/sandbox.js';

function rootFor(t: TestContext): string {
  const { root } = sandboxFor(t);
  mkdirSync(root, { mode: 0o700 });
  return root;
}

test('a root without a number is good, and gets one', (t) => {
  const root = rootFor(t);
  assertFormat(root);
  assertFormat(join(root, 'not-there'));
  assert.deepEqual(readdirSync(root), [], 'to look writes nothing');
  ensureFormat(root);
  assert.deepEqual(JSON.parse(readFileSync(formatPath(root), 'utf8')), { format: FORMAT });
  assert.deepEqual(readdirSync(root), ['format.json']);
  if (process.platform !== 'win32') {
    assert.equal(statSync(formatPath(root)).mode & 0o777, 0o600);
  }
});

test('a file that is there stays as it is', (t) => {
  const root = rootFor(t);
  const text = `{ "format": ${FORMAT}, "by": "somebody" }`;
  writeFileSync(formatPath(root), text);
  ensureFormat(root);
  assert.equal(readFileSync(formatPath(root), 'utf8'), text);
});

test('a newer form stops, with both numbers and what to do', (t) => {
  const root = rootFor(t);
  writeFileSync(formatPath(root), JSON.stringify({ format: FORMAT + 1 }));
  const wanted = {
    code: 'E_FORMAT',
    message: `${formatPath(root)}: the files have form ${FORMAT + 1}, and this cc2cc knows forms up to ${FORMAT}.`,
    hint: 'Update cc2cc, in its newest clone: npm ci && npm run setup',
  };
  assert.throws(() => assertFormat(root), wanted);
  assert.throws(() => ensureFormat(root), wanted);
  assert.equal(newerFormat(root), wanted.message);
});

for (const text of [
  ...['', '{', 'null', '[]', '1', '{}', '{"format":"1"}', '{"format":0}', '{"format":-1}'],
  ...['{"format":1.5}', '{"format":1e300}', '{"format":null}', '\0', '"format"'],
]) {
  test(`${JSON.stringify(text)} in the file is said and not guessed`, (t) => {
    const root = rootFor(t);
    writeFileSync(formatPath(root), text);
    assert.throws(() => assertFormat(root), {
      code: 'E_FORMAT',
      message: /does not say which form/,
    });
    assert.throws(() => ensureFormat(root), { code: 'E_FORMAT' });
    assert.equal(readFileSync(formatPath(root), 'utf8'), text);
  });
}

test('what is no file of ours is refused', (t) => {
  const root = rootFor(t);
  const other = join(root, 'other');
  writeFileSync(other, '{"format":1}');
  symlinkSync(other, formatPath(root));
  assert.throws(() => assertFormat(root), { code: 'E_UNSAFE', message: /a symbolic link/ });
});

test('a file too long to be ours, and one that may not be read', (t) => {
  const root = rootFor(t);
  writeFileSync(formatPath(root), `{"format":1,"x":"${'x'.repeat(5000)}"}`);
  assert.throws(() => assertFormat(root), { code: 'E_UNSAFE', message: /more than/ });
  if (process.getuid?.() === 0) return t.skip('root may read everything');
  writeFileSync(formatPath(root), '{"format":1}');
  chmodSync(formatPath(root), 0);
  assert.throws(() => assertFormat(root), { code: 'E_UNSAFE', message: /cannot be opened/ });
});

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {
  chmodSync,
  chownSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cc2ccError } from '../../protocol/errors.js';
import { ensureToken, proofFits, proofOf, readToken } from '../../protocol/token.js';
import { startScript } from './support/run-script.js';
import { tempFolder } from './support/temp-folder.js';

const isUnsafe = (error: unknown): boolean =>
  error instanceof Cc2ccError && error.code === 'E_UNSAFE' && error.hint !== undefined;

test('a token is made once, 0600, and read from then on', (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'token');
  assert.equal(readToken(path), undefined);
  const token = ensureToken(path);
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(ensureToken(path), token);
  assert.equal(readToken(path), token);
  assert.deepEqual(readdirSync(folder), ['token']);
});

test('a torn token is replaced', (t) => {
  const path = join(tempFolder(t), 'token');
  for (const torn of ['', 'abc', 'x'.repeat(64), 'a'.repeat(65)]) {
    writeFileSync(path, torn, { mode: 0o600 });
    assert.equal(readToken(path), undefined);
    assert.match(ensureToken(path), /^[0-9a-f]{64}$/);
  }
});

test('a token that others may read, a link or a folder is refused', (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'token');
  const token = ensureToken(path);
  for (const mode of [0o640, 0o604, 0o620, 0o644]) {
    chmodSync(path, mode);
    assert.throws(() => readToken(path), isUnsafe);
    assert.throws(() => ensureToken(path), isUnsafe);
  }
  chmodSync(path, 0o600);
  assert.equal(readToken(path), token);
  renameSync(path, join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), path);
  assert.throws(() => readToken(path), isUnsafe);
  assert.throws(() => readToken(folder), Cc2ccError);
});

test('a token of another user is refused', (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can give a file away');
    return;
  }
  const path = join(tempFolder(t), 'token');
  ensureToken(path);
  chownSync(path, 54_321, 54_321);
  assert.throws(() => readToken(path), isUnsafe);
});

test('of several makers at once, all end up with the same token', async (t) => {
  const folder = tempFolder(t);
  const paths = Array.from({ length: 200 }, (_, i) => join(folder, `token-${i}`));
  const makers = await Promise.all(
    Array.from({ length: 6 }, () => startScript('make-token', paths)),
  );
  const made = makers.map((maker) => text(maker.stdout));
  for (const maker of makers) maker.stdin.end();
  for (const tokens of await Promise.all(made)) {
    assert.deepEqual(JSON.parse(tokens), paths.map(readToken));
  }
  assert.equal(readdirSync(folder).length, paths.length);
});

test('a proof fits its side, nonce, time and token, and nothing else', () => {
  const proof = proofOf('t', 'client', 'n', 1);
  assert.ok(proofFits(proof, proofOf('t', 'client', 'n', 1)));
  const others = [
    proofOf('u', 'client', 'n', 1),
    proofOf('t', 'daemon', 'n', 1),
    proofOf('t', 'client', 'm', 1),
    proofOf('t', 'client', 'n', 2),
    proof.toUpperCase(),
    proof.slice(1),
    `${proof}0`,
    'é'.repeat(64),
    '',
    undefined,
    null,
    7,
    [proof],
  ];
  for (const other of others) assert.equal(proofFits(proof, other), false, String(other));
});

test('proofs are compared in a time that does not tell how much of one is right', (t) => {
  const compare = t.mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  t.after(() => {
    compare.mock.restore();
    syncBuiltinESMExports();
  });
  const proof = proofOf('t', 'client', 'n', 1);
  const others = [proof, `0${proof.slice(1)}`, `${proof.slice(0, -1)}0`, 'x'.repeat(proof.length)];
  for (const other of others) proofFits(proof, other);
  assert.equal(compare.mock.callCount(), others.length);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inspectFile, type Verdict } from '../../mail/inspect.js';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { MAX_MESSAGE_FILE_BYTES, MAX_TEXT_BYTES } from '../../protocol/limits.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const GOOD = createMessage({ id: 'msg-1', from: 'ann', to: 'ben', text: 'hi' });
const HOUR_S = 3600;

/** A file of an hour ago: nobody is still writing it. */
function fileOf(t: TestContext, bytes: Uint8Array | string, name = 'msg-1.json'): string {
  const path = join(tempFolder(t), name);
  writeFileSync(path, bytes);
  age(path, -HOUR_S);
  return path;
}

function age(path: string, seconds: number): void {
  const time = Date.now() / 1000 + seconds;
  utimesSync(path, time, time);
}

const inspect = (path: string): Verdict => inspectFile(path, basename(path));

function rejected(path: string, reason: RegExp): void {
  const verdict = inspect(path);
  assert.equal(verdict.kind, 'reject');
  assert.match(verdict.kind === 'reject' ? verdict.reason : '', reason);
}

test('a good file is a message', (t) => {
  const path = fileOf(t, encodeMessage(GOOD));
  assert.deepEqual(inspect(path), {
    kind: 'message',
    message: GOOD,
    signature: 'unsigned',
    changedAt: statSync(path).ctimeMs,
  });
  const big = { ...GOOD, content: { text: '\u0001'.repeat(300_000), parts: [] } };
  assert.equal(inspect(fileOf(t, encodeMessage(big))).kind, 'message');
});

test('what is wrong with a file is said', (t) => {
  const nested = '{"a":'.repeat(40) + '1' + '}'.repeat(40);
  const cases: [bytes: Uint8Array | string, reason: RegExp][] = [
    ['', /empty/],
    ['{"id":"msg-1","fr', /JSON/],
    ['nonsense', /JSON/],
    [nested, /deeper than 32/],
    [Uint8Array.of(0x22, 0xff, 0x22), /UTF-8|encoded data/],
    [JSON.stringify({ ...GOOD, from: '../x' }), /from/],
    [JSON.stringify({ ...GOOD, id: '../../x' }), /id/],
    [JSON.stringify({ ...GOOD, content: { text: 'x'.repeat(MAX_TEXT_BYTES + 1) } }), /text/],
    ['[]', /object/],
  ];
  for (const [bytes, reason] of cases) rejected(fileOf(t, bytes), reason);
  rejected(fileOf(t, encodeMessage(GOOD), 'msg-1.txt'), /\.json/);
});

test('what is not a plain file of ours is refused without a look inside', (t) => {
  const folder = tempFolder(t);
  const target = join(folder, 'target.json');
  writeFileSync(target, encodeMessage(GOOD));
  symlinkSync(target, join(folder, 'link.json'));
  rejected(join(folder, 'link.json'), /symbolic link/);
  mkdirSync(join(folder, 'folder.json'));
  rejected(join(folder, 'folder.json'), /not a regular file/);
  const huge = fileOf(t, '');
  truncateSync(huge, MAX_MESSAGE_FILE_BYTES + 1);
  rejected(huge, /bytes, more than/);
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [join(folder, 'fifo.json')]);
  rejected(join(folder, 'fifo.json'), /not a regular file/);
});

test('a file of another user is refused', (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can give a file away');
    return;
  }
  const path = fileOf(t, encodeMessage(GOOD));
  chownSync(path, 54_321, 54_321);
  rejected(path, /belongs to user 54321/);
});

test('a broken file may still be being written, but only for a moment, whatever its clock says', (t) => {
  const path = fileOf(t, '{"id":"msg-1",');
  age(path, 0);
  assert.deepEqual(inspect(path), { kind: 'later' });
  for (const seconds of [-3, -HOUR_S, HOUR_S, 1000 * HOUR_S]) {
    age(path, seconds);
    rejected(path, /JSON/);
  }
});

test('a file that is not there is gone', (t) => {
  assert.deepEqual(inspect(join(tempFolder(t), 'msg-1.json')), { kind: 'gone' });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOwnFile } from '../../protocol/own-file.js';
import { tempFolder } from './support/temp-folder.js';

const isWindows = process.platform === 'win32';

function bytesOf(path: string, maxBytes: number): Buffer | undefined {
  const file = readOwnFile(path, maxBytes);
  return file.kind === 'bytes' ? file.bytes : undefined;
}

test('a file of ours is read up to the limit', (t) => {
  const path = join(tempFolder(t), 'file');
  assert.deepEqual(readOwnFile(path, 10), { kind: 'missing' });
  for (const size of [0, 1, 10]) {
    writeFileSync(path, 'x'.repeat(size));
    assert.deepEqual(bytesOf(path, 10), Buffer.alloc(size, 'x'));
  }
  const large = 40_000;
  writeFileSync(path, 'y'.repeat(large));
  assert.deepEqual(bytesOf(path, large), Buffer.alloc(large, 'y'));
});

test('what is too long, no file, a link or a FIFO is refused at once', { skip: isWindows }, (t) => {
  const folder = tempFolder(t);
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('long'), '');
  truncateSync(path('long'), 10 * 1024 * 1024);
  mkdirSync(path('folder'));
  writeFileSync(path('target'), 'x');
  symlinkSync(path('target'), path('link'));
  symlinkSync(path('nowhere'), path('dangling'));
  assert.equal(spawnSync('mkfifo', [path('fifo')]).status, 0);
  for (const [name, reason] of [
    ['long', /^10485760 bytes, more than 100$/],
    ['folder', /^not a regular file$/],
    ['link', /^a symbolic link$/],
    ['dangling', /^a symbolic link$/],
    ['fifo', /^not a regular file$/],
  ] as const) {
    const found = readOwnFile(path(name), 100);
    assert.equal(found.kind, 'refused', name);
    assert.match(found.kind === 'refused' ? found.reason : '', reason, name);
  }
});

test('a file of another user is refused', { skip: isWindows }, (t) => {
  const isRoot = process.getuid?.() === 0;
  const path = isRoot ? join(tempFolder(t), 'file') : '/etc/passwd';
  if (isRoot) {
    writeFileSync(path, 'x');
    chownSync(path, 1, 1);
  }
  const reason = `belongs to user ${isRoot ? 1 : 0}`;
  assert.deepEqual(readOwnFile(path, 1024 * 1024), { kind: 'refused', reason });
});

test('the size that a file tells is not trusted', { skip: process.platform !== 'linux' }, () => {
  const found = readOwnFile('/proc/self/maps', 10); // tells 0
  assert.deepEqual(found, { kind: 'refused', reason: 'more than 10 bytes' });
});

test(
  'a file that tells less than it has is read whole',
  { skip: process.platform !== 'linux' },
  () => {
    const max = 1024 * 1024;
    const bytes = bytesOf('/proc/self/maps', max); // tells 0
    assert.match(bytes?.toString() ?? '', /\n$/);
  },
);

test('others lose what they may do with a file that is private', { skip: isWindows }, (t) => {
  const path = join(tempFolder(t), 'key');
  writeFileSync(path, 'x');
  chmodSync(path, 0o644);
  readOwnFile(path, 10);
  assert.equal(statSync(path).mode & 0o777, 0o644);
  readOwnFile(path, 10, { privacy: 'private' });
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a file that the world may write to is refused; one of the group is made private if that is asked for', (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no mode bits');
  const path = join(tempFolder(t), 'file');
  writeFileSync(path, 'text');
  for (const mode of [0o602, 0o666, 0o646]) {
    chmodSync(path, mode);
    for (const privacy of ['keep', 'tighten', 'private'] as const) {
      const file = readOwnFile(path, 100, { privacy });
      assert.equal(file.kind, 'refused');
      assert.match(file.kind === 'refused' ? file.reason : '', /others may write to it/);
    }
    assert.equal(readOwnFile(path, 100, { privacy: 'any' }).kind, 'bytes');
    assert.equal(statSync(path).mode & 0o777, mode, 'it is left as it is');
  }
  for (const [privacy, mode, after] of [
    ['keep', 0o664, 0o664],
    ['tighten', 0o664, 0o600],
    ['tighten', 0o644, 0o644],
    ['private', 0o644, 0o600],
  ] as const) {
    chmodSync(path, mode);
    assert.equal(readOwnFile(path, 100, { privacy }).kind, 'bytes');
    assert.equal(statSync(path).mode & 0o777, after, privacy);
  }
});

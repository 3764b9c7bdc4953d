import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cc2ccError } from '../../protocol/errors.js';
import { openOwn } from '../../protocol/open-own.js';
import { replaceFile } from '../../protocol/replace-file.js';
import { tempFolder } from './support/temp-folder.js';

const OTHER_USER = 54_321;

function write(path: string, how: 'append' | 'replace', text: string): void {
  const fd = openOwn(path, how);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function refuses(path: string): void {
  for (const how of ['append', 'replace'] as const) {
    assert.throws(
      () => openOwn(path, how),
      (error) =>
        error instanceof Cc2ccError && error.code === 'E_UNSAFE' && error.message.includes(path),
    );
  }
}

test('a file is made 0600, added to and replaced, and one that is open to others is closed', (t) => {
  const path = join(tempFolder(t), 'file');
  const before = process.umask(0);
  t.after(() => process.umask(before));
  write(path, 'append', 'one');
  write(path, 'append', ' two');
  assert.equal(readFileSync(path, 'utf8'), 'one two');
  if (process.platform !== 'win32') {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    chmodSync(path, 0o666);
  }
  write(path, 'replace', 'three');
  assert.equal(readFileSync(path, 'utf8'), 'three');
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('nothing is written through a link, to a FIFO or to a file of another user', (t) => {
  if (process.platform === 'win32') return t.skip('Windows has no FIFOs');
  const folder = tempFolder(t);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'as it was');
  symlinkSync(victim, join(folder, 'link'));
  refuses(join(folder, 'link'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'to-nothing'));
  refuses(join(folder, 'to-nothing'));
  assert.equal(lstatSync(join(folder, 'nowhere'), { throwIfNoEntry: false }), undefined);
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  refuses(join(folder, 'fifo'));
  assert.equal(readFileSync(victim, 'utf8'), 'as it was');
  if (process.getuid?.() !== 0) return t.skip('only root can give a file away');
  chownSync(victim, OTHER_USER, OTHER_USER);
  refuses(victim);
  assert.equal(readFileSync(victim, 'utf8'), 'as it was');
});

test('replacing a file replaces a link and not what it leads to, and keeps no foreign owner', (t) => {
  if (process.platform === 'win32') return t.skip('links take a privilege');
  const folder = tempFolder(t);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'as it was');
  const path = join(folder, 'file');
  symlinkSync(victim, path);
  replaceFile(path, 'new', { fsync: false });
  assert.equal(readFileSync(victim, 'utf8'), 'as it was');
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.ok(lstatSync(path).isFile());
  assert.equal(lstatSync(path).mode & 0o777, 0o600);
  mkdirSync(join(folder, 'folder'));
  assert.throws(() => {
    replaceFile(join(folder, 'folder'), 'new', { fsync: false });
  });
  if (process.getuid?.() !== 0) return t.skip('only root can give a file away');
  chownSync(path, OTHER_USER, OTHER_USER);
  replaceFile(path, 'newer', { fsync: false });
  assert.equal(lstatSync(path).uid, 0);
});

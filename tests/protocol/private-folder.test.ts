import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cc2ccError, type ErrorCode } from '../../protocol/errors.js';
import { assertPrivateFolder, ensurePrivateFolder } from '../../protocol/private-folder.js';
import { tempFolder } from './support/temp-folder.js';

const OTHER_USER = 54_321;

function refuses(path: string, code: ErrorCode): void {
  for (const check of [ensurePrivateFolder, assertPrivateFolder]) {
    assert.throws(
      () => {
        check(path);
      },
      (error) =>
        error instanceof Cc2ccError &&
        error.code === code &&
        error.message.includes(path) &&
        error.hint !== undefined,
    );
  }
}

test('a missing folder is made with its parents, 0700', (t) => {
  const folder = join(tempFolder(t), 'a', 'b');
  ensurePrivateFolder(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, '..')).mode & 0o777, 0o700);
  ensurePrivateFolder(folder);
});

test('a folder that others may only look into is tightened', (t) => {
  const folder = join(tempFolder(t), 'a');
  mkdirSync(folder);
  for (const mode of [0o755, 0o711, 0o750, 0o704]) {
    chmodSync(folder, mode);
    assertPrivateFolder(folder);
    ensurePrivateFolder(folder);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  }
});

test('a folder that others may write to is refused and left as it is', (t) => {
  const folder = join(tempFolder(t), 'a');
  mkdirSync(folder);
  for (const mode of [0o777, 0o1777, 0o770, 0o702, 0o720]) {
    chmodSync(folder, mode);
    refuses(folder, 'E_UNSAFE');
    assert.equal(statSync(folder).mode & 0o7777, mode);
  }
});

test('a symbolic link is refused, also one that leads nowhere or to a good folder', (t) => {
  const folder = tempFolder(t);
  const target = join(folder, 'target');
  mkdirSync(target, { mode: 0o755 });
  symlinkSync(target, join(folder, 'good'));
  refuses(join(folder, 'good'), 'E_UNSAFE');
  assert.equal(statSync(target).mode & 0o777, 0o755);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  assert.throws(() => {
    ensurePrivateFolder(join(folder, 'dangling'));
  }, Cc2ccError);
  assert.equal(lstatSync(join(folder, 'nowhere'), { throwIfNoEntry: false }), undefined);
});

test('a file in its place, or in the place of a parent', (t) => {
  const file = join(tempFolder(t), 'file');
  writeFileSync(file, '');
  refuses(file, 'E_PATH');
  assert.throws(
    () => {
      ensurePrivateFolder(join(file, 'below'));
    },
    (error) => error instanceof Cc2ccError && error.code === 'E_STORE',
  );
});

test('a folder of another user is refused', (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can give a folder away');
    return;
  }
  const folder = join(tempFolder(t), 'a');
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, OTHER_USER, OTHER_USER);
  refuses(folder, 'E_UNSAFE');
  assert.equal(statSync(folder).uid, OTHER_USER);
});

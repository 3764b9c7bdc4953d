import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Cc2ccError } from '../../protocol/errors.js';
import { listFolder } from '../../protocol/list-folder.js';
import { folderFault, secureFolder } from '../../protocol/own-folder.js';
import { assertOwnLinks } from '../../protocol/own-links.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { tempFolder } from './support/temp-folder.js';

const OTHER_USER = 54_321;

function refuses(path: string): void {
  const isUnsafe = (error: unknown): boolean =>
    error instanceof Cc2ccError &&
    error.code === 'E_UNSAFE' &&
    error.message.includes(path) &&
    error.hint?.includes(path) === true;
  assert.throws(() => {
    secureFolder(path);
  }, isUnsafe);
  assert.ok(isUnsafe(folderFault(path)));
  assert.deepEqual(listFolder(path), [], 'nothing of it is listed');
}

test('a link, a folder that the world may write to, and one of another user are refused', (t) => {
  const folder = tempFolder(t);
  const good = join(folder, 'good');
  mkdirSync(good, { mode: 0o700 });
  writeFileSync(join(good, 'file'), '');
  symlinkSync(good, join(folder, 'link'));
  refuses(join(folder, 'link'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'to-nothing'));
  refuses(join(folder, 'to-nothing'));
  assert.deepEqual(listFolder(good), ['file']);
  for (const mode of [0o702, 0o777, 0o1777]) {
    chmodSync(good, mode);
    refuses(good);
    assert.equal(statSync(good).mode & 0o7777, mode, 'it is left as it is');
  }
  if (process.getuid?.() !== 0) return t.skip('only root can give a folder away');
  chmodSync(good, 0o700);
  chownSync(good, OTHER_USER, OTHER_USER);
  refuses(good);
});

test('what the group may do is taken back, and what is no folder is left to others', (t) => {
  const folder = join(tempFolder(t), 'mine');
  mkdirSync(folder);
  for (const [mode, after] of [
    [0o775, 0o755],
    [0o770, 0o750],
    [0o700, 0o700],
    [0o755, 0o755],
  ] as const) {
    chmodSync(folder, mode);
    assert.equal(folderFault(folder), undefined);
    assert.equal(statSync(folder).mode & 0o777, mode, 'who only looks changes nothing');
    secureFolder(folder);
    assert.equal(statSync(folder).mode & 0o777, after);
  }
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below'), join(folder, 'missing')]) secureFolder(path);
});

test('a path through a link of another user is refused, wherever in it the link is', (t) => {
  if (process.platform === 'win32') return t.skip('Windows tells no owners');
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'real', 'inner'), { recursive: true });
  symlinkSync(join(folder, 'real'), join(folder, 'own'));
  symlinkSync('loop', join(folder, 'loop'));
  for (const path of ['own', 'own/inner', 'own/inner/missing', 'missing', 'loop', 'loop/x']) {
    assertOwnLinks(join(folder, path));
  }
  if (process.getuid?.() !== 0) return t.skip('only root can give a link away');
  symlinkSync(join(folder, 'real'), join(folder, 'foreign'));
  lchownSync(join(folder, 'foreign'), OTHER_USER, OTHER_USER);
  symlinkSync(join(folder, 'foreign', 'inner'), join(folder, 'by-way'));
  for (const path of ['foreign', 'foreign/inner/missing', 'by-way', 'by-way/missing']) {
    assert.throws(
      () => {
        assertOwnLinks(join(folder, path));
      },
      (error) => error instanceof Cc2ccError && error.code === 'E_UNSAFE',
      path,
    );
    assert.throws(() => bridgeRoot({ CC2CC_BRIDGE_DIR: join(folder, path) }), Cc2ccError, path);
  }
  const own = join(folder, 'own', 'root');
  assert.equal(bridgeRoot({ CC2CC_BRIDGE_DIR: own }), join(realpathSync(folder), 'real', 'root'));
});

/** Files of Claude Code's are changed while others write them. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { installHooks, uninstallHooks } from '../../../scripts/claude/hooks-file.js';
import { changeFile } from '../../../scripts/claude/settings-file.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';

/** Adds ours to whatever is there, while somebody else writes as often as told. */
function changeWhileOthersWrite(file: string, times: number): boolean {
  let written = 0;
  return changeFile(file, (present) => {
    if (written < times) {
      written += 1;
      writeFileSync(file, `theirs ${written}`);
    }
    return Buffer.concat([present ?? Buffer.alloc(0), Buffer.from(' and ours')]);
  });
}

test('what others write meanwhile stays, and ours is added to it', (t) => {
  const file = join(tempFolder(t), 'settings.json');
  writeFileSync(file, 'theirs');
  assert.equal(changeWhileOthersWrite(file, 2), true);
  assert.equal(readFileSync(file, 'utf8'), 'theirs 2 and ours');
});

test('where others write on and on, it gives up and theirs stays', (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'settings.json');
  writeFileSync(file, 'theirs');
  assert.throws(() => changeWhileOthersWrite(file, 1000), {
    code: 'E_STORE',
    message: `${file}: another program writes it all the time. It stays as it is.`,
  });
  assert.match(readFileSync(file, 'utf8'), /^theirs \d+$/);
  assert.deepEqual(readdirSync(folder), ['settings.json']);
});

test('a folder that is a link stays, also when nothing is left in it', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'dotfiles'));
  symlinkSync(join(folder, 'dotfiles'), join(folder, '.claude'));
  const file = join(folder, '.claude', 'settings.json');
  installHooks(file, { wait: false, node: process.execPath });
  assert.equal(uninstallHooks(file, () => true) > 0, true);
  assert.deepEqual(readdirSync(join(folder, 'dotfiles')), []);
  assert.deepEqual(readdirSync(folder), ['.claude', 'dotfiles']);
});

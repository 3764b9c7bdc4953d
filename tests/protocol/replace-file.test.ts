/** A file that is replaced while calls fail or do half of their work: it is the old one or the new one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultEnv } from '../faults/fault.js';
import { tempFolder } from './support/temp-folder.js';
import type { Replaced } from './support/replacing.js';

const SCRIPT = fileURLToPath(new URL('support/replacing.js', import.meta.url));

test('whatever call of a replacement fails or is cut short, nobody reads half of a file', (t) => {
  const folder = tempFolder(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  const path = join(root, 'card.json');
  writeFileSync(path, 'the first');
  const steer = join(folder, 'steer');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [SCRIPT, path, steer, join(folder, 'struck')],
    {
      env: { ...process.env, ...faultEnv({ steer, folders: [root] }) },
      encoding: 'utf8',
      timeout: 30_000,
    },
  );
  assert.equal(status, 0, stderr);
  const all = JSON.parse(stdout) as Replaced[];
  for (const { deed, at, error, is, left } of all) {
    const what = `${deed} at call ${at}`;
    assert.ok(error === undefined ? is === 'new' : is !== 'torn', `${what}: it is ${is}`);
    // Only the removal of what is left over can leave it.
    assert.ok(left.length <= 1, `${what}: ${left.join()}`);
  }
  assert.ok(all.some(({ deed, error }) => deed === 'short' && error === undefined));
  assert.ok(all.some(({ error }) => error === 'ENOSPC'));
  t.diagnostic(`${all.length} points tried`);
});

/** What --fix leaves as it is, and that every check has a scene. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECKS } from '../../../scripts/doctor/table.js';
import { messageFor, root } from './scene.js';
import { CLAUDE_SCENES } from './scenes/claude.js';
import { HOST_SCENES } from './scenes/host.js';
import { MAIL_SCENES } from './scenes/mail.js';
import { ROOT_SCENES } from './scenes/root.js';
import { doctor, found, healthyHome } from './support.js';

const SCENES = [...ROOT_SCENES, ...HOST_SCENES, ...CLAUDE_SCENES, ...MAIL_SCENES];
const MODE = (path: string): number => statSync(path).mode & 0o777;

test('a scene breaks every check that a file can break', () => {
  const elsewhere = [
    ...['node', 'node-path', 'installation', 'owners', 'disk', 'inotify', 'service'], // judges.test.ts
    ...['daemon-version', 'daemon-settings', 'daemon-program', 'daemon-twice', 'health'], // daemon.test.ts
    ...['watcher', 'lanes', 'orphans'], // judges.test.ts, daemon.test.ts
  ];
  const here = new Set(SCENES.map(({ id }) => id));
  assert.deepEqual(
    CHECKS.map(({ id }) => id).filter((id) => !here.has(id) && !elsewhere.includes(id)),
    [],
  );
});

test('--fix keeps mail, keys and modes that are right', async (t) => {
  const sandbox = await healthyHome(t);
  const message = messageFor(sandbox, 'ben');
  chmodSync(root(sandbox, 'rules.json'), 0o666);
  const [key, text] = [root(sandbox, 'secret.key'), message].map((path) => readFileSync(path));
  await doctor(sandbox, ['--fix']);
  assert.equal(MODE(root(sandbox, 'rules.json')), 0o600);
  assert.deepEqual(
    [root(sandbox, 'secret.key'), message].map((path) => readFileSync(path)),
    [key, text],
  );
});

test('--fix leaves alone what is not ours in a folder that holds more', async (t) => {
  const sandbox = await healthyHome(t);
  const file = root(sandbox, 'notes.txt');
  writeFileSync(file, '');
  chmodSync(file, 0o664);
  mkdirSync(root(sandbox, 'src'), { mode: 0o755 });
  const report = await doctor(sandbox, ['--fix']);
  assert.deepEqual([report.fixed, found(report, 'modes').state], [[], 'ok']);
  assert.deepEqual([MODE(file), MODE(root(sandbox, 'src'))], [0o664, 0o755]);
});

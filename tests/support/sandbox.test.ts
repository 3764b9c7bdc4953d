import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './events.js';
import { dropMessage, listDone, listInbox, readMessages, stageMessage } from './files.js';
import { guardEnvironment } from './guard.js';
import { processesOf } from './processes.js';
import { makeSandbox } from './sandbox.js';

test('all paths lie in the sandbox, and cleanup removes it', async () => {
  const sandbox = makeSandbox({ EXTRA: 'x' });
  assert.equal(statSync(sandbox.dir).mode & 0o077, 0);
  assert.equal(sandbox.env['EXTRA'], 'x');
  const paths = sandbox.hostPaths();
  for (const path of [sandbox.root, paths.state, paths.log, paths.config, paths.rendezvous]) {
    assert.ok(path.startsWith(join(sandbox.dir, '/')), path);
  }
  assert.notEqual(sandbox.hostPaths({ CC2CC_BRIDGE_DIR: join(sandbox.dir, 'b') }).key, paths.key);
  await sandbox.cleanup();
  assert.equal(existsSync(sandbox.dir), false);
});

test('an environment that leads out of the sandbox is refused', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const outside: Record<string, string | undefined>[] = [
    { HOME: homedir() },
    { HOME: undefined },
    { HOME: sandbox.dir }, // the folder itself is nobody's home
    { HOME: `${sandbox.dir}-other/home` },
    { HOME: `${sandbox.dir}/../elsewhere` },
    { XDG_STATE_HOME: join(homedir(), '.local', 'state') },
    { XDG_RUNTIME_DIR: '/run/user/1000' },
    { CC2CC_BRIDGE_DIR: join(homedir(), '.cc2cc') },
    { CC2CC_BRIDGE_DIR: undefined },
    { BRIDGE_DIR: '~/.cc2cc' },
  ];
  for (const extras of outside) {
    assert.throws(() => sandbox.envWith(extras), /refused/, JSON.stringify(extras));
  }
  assert.equal(sandbox.envWith({ XDG_RUNTIME_DIR: undefined })['XDG_RUNTIME_DIR'], undefined);
  assert.throws(() => guardEnvironment(sandbox.dir, {}), /HOME is nothing/);
});

test('cleanup runs every step, last first, and tells what failed', async () => {
  const sandbox = makeSandbox();
  const ran: number[] = [];
  sandbox.defer(() => ran.push(1));
  sandbox.defer(() => {
    throw new Error('step two');
  });
  sandbox.defer(async () => ran.push(3));
  await assert.rejects(sandbox.cleanup(), /step two/);
  assert.deepEqual(ran, [3, 1]);
  assert.throws(() => sandbox.envWith({}), /has ended/);
  assert.equal(existsSync(sandbox.dir), false);
});

test('a process is found by the home that it was started with', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const [mine, other] = [makeSandbox(), makeSandbox()];
  t.after(() => Promise.all([mine.cleanup(), other.cleanup()]));
  const args = ['-e', 'process.stdin.resume(); console.log()', 'the-script'];
  const child = spawn(process.execPath, args, { env: mine.env });
  await once(child.stdout, 'data');
  assert.deepEqual(processesOf(mine.env, 'the-script'), [child.pid]);
  assert.deepEqual(processesOf(other.env, 'the-script'), []);
  child.stdin.end();
  await once(child, 'exit');
  assert.deepEqual(processesOf(mine.env, 'the-script'), []);
});

test('dropped messages are valid and appear by the rename alone', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const staged = stageMessage(sandbox, 'calm-owl', { text: 'first' });
  assert.deepEqual(listInbox(sandbox, 'calm-owl'), []);
  staged.drop();
  const id = dropMessage(sandbox, 'calm-owl', { text: 'second', priority: 'high' });
  assert.deepEqual(listInbox(sandbox, 'calm-owl'), [`${staged.id}.json`, `${id}.json`]);
  const messages = readMessages(sandbox, 'calm-owl', 'inbox');
  assert.deepEqual(
    messages.map(({ content, priority }) => [content.text, priority]),
    [
      ['first', 'normal'],
      ['second', 'high'],
    ],
  );
  assert.deepEqual(listDone(sandbox, 'nobody'), []);
});

test('until returns what was found, or says for what it waited and why not', async () => {
  let calls = 0;
  assert.equal(await until(() => (++calls === 3 ? 'here' : undefined), 'it'), 'here');
  const look = (): never => {
    throw new Error('no such file');
  };
  await assert.rejects(until(look, 'gold', 30), /No gold within 30 ms \(no such file\)/);
});

/** Where the socket goes when the usual place is missing or its path is too long. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readRendezvous } from '../../../protocol/rendezvous.js';
import { attachAgent, awake } from '../../support/agents.js';
import { daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { daemonCommand, statusOf } from './support.js';

/** Two agents talk in this environment; returns where their daemon listens. */
async function socketOf(t: TestContext, sandbox: Sandbox, env: Extras): Promise<string> {
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann', env });
  const ben = await attachAgent(sandbox, { name: 'ben', env });
  await awake(ben);
  await ann.call('send', { to: 'ben', text: 'over there' });
  await ben.waitForMessage('over there');
  assert.equal(daemonPids(sandbox).length, 1);
  const { socket, health } = await statusOf(sandbox, env);
  assert.equal(health.ok, true);
  assert.equal(readRendezvous(sandbox.hostPaths(env).rendezvous)?.socket, socket);
  assert.ok(Buffer.byteLength(socket) <= 100, `${socket} is short enough`);
  const stats = lstatSync(socket);
  assert.ok(stats.isSocket(), `${socket} is a socket`);
  assert.equal(stats.mode & 0o777, 0o600);
  assert.equal(lstatSync(dirname(socket)).mode & 0o777, 0o700);
  return socket;
}

async function assertGoneAfterStop(sandbox: Sandbox, env: Extras, socket: string): Promise<void> {
  assert.equal((await daemonCommand(sandbox, ['stop'], env)).code, 0);
  await until(() => !existsSync(socket), 'end of the socket');
}

test('the runtime folder is the usual place', async (t) => {
  const sandbox = makeSandbox();
  const socket = await socketOf(t, sandbox, {});
  assert.equal(dirname(socket), join(sandbox.env['XDG_RUNTIME_DIR']!, 'cc2cc'));
  await assertGoneAfterStop(sandbox, {}, socket);
});

test('without a runtime folder the socket lies in the state folder', async (t) => {
  const sandbox = makeSandbox();
  const env = { XDG_RUNTIME_DIR: undefined };
  const socket = await socketOf(t, sandbox, env);
  assert.equal(dirname(socket), sandbox.hostPaths(env).state);
  await assertGoneAfterStop(sandbox, env, socket);
});

test('a runtime folder that is missing is not made anew', async (t) => {
  const sandbox = makeSandbox();
  const missing = join(sandbox.dir, 'gone');
  const env = { XDG_RUNTIME_DIR: missing };
  const socket = await socketOf(t, sandbox, env);
  assert.equal(dirname(socket), sandbox.hostPaths(env).state);
  assert.equal(existsSync(missing), false);
});

test('paths of more than 100 bytes: a short folder is used, and only our file in it', async (t) => {
  const uid = process.getuid?.();
  if (uid === undefined) return t.skip('Windows has pipes instead');
  const sandbox = makeSandbox();
  const long = 'a-rather-long-folder-name-'.repeat(4);
  const env = {
    XDG_RUNTIME_DIR: join(sandbox.dir, long, 'run'),
    XDG_STATE_HOME: join(sandbox.dir, long, 'state'),
  };
  for (const folder of Object.values(env)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socket = await socketOf(t, sandbox, env);
  const { key } = sandbox.hostPaths(env);
  assert.equal(dirname(socket), `/tmp/cc2cc-${uid}`);
  const ours = readdirSync(dirname(socket)).filter((file) => file.startsWith(`${key}-`));
  assert.deepEqual(ours, [socket.slice(dirname(socket).length + 1)]);
  assert.deepEqual(readdirSync(env.XDG_RUNTIME_DIR), []);
  await assertGoneAfterStop(sandbox, env, socket);
});

test('a path that only just fits stays in the runtime folder, one byte more does not', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows has pipes instead');
  // <runtime>/cc2cc/<12 of the key>-<8 of the instance>.sock
  const tail = '/cc2cc/'.length + 12 + 1 + 8 + '.sock'.length;
  for (const [bytes, inside] of [
    [100, true],
    [101, false],
  ] as const) {
    const sandbox = makeSandbox();
    const room = bytes - tail - Buffer.byteLength(sandbox.dir) - 1;
    assert.ok(room > 0, 'the sandbox leaves room');
    const env = { XDG_RUNTIME_DIR: join(sandbox.dir, 'r'.repeat(room)) };
    mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
    const socket = await socketOf(t, sandbox, env);
    assert.equal(socket.startsWith(env.XDG_RUNTIME_DIR), inside, socket);
    if (inside) assert.equal(Buffer.byteLength(socket), 100);
  }
});

/** A daemon that clients do not find any more leaves, and takes nothing of its successor's along. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { readHeartbeat } from '../../../protocol/heartbeat.js';
import { readRendezvous } from '../../../protocol/rendezvous.js';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { daemonPids, signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { processGone, statusOf, successor, thePid } from './support.js';

interface Scene {
  sandbox: Sandbox;
  rendezvous: string;
  ann: Agent;
  ben: Agent;
  pid: number;
  socket: string;
}

async function scene(t: TestContext): Promise<Scene> {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const { rendezvous } = sandbox.hostPaths();
  const { socket } = readRendezvous(rendezvous)!;
  return { sandbox, rendezvous, ann, ben, pid: thePid(sandbox), socket };
}

/** Both sessions are with the daemon `pid`, under their names, and talk. */
async function assertServed({ sandbox, ann, ben }: Scene, pid: number): Promise<void> {
  await until(async () => {
    const { agents } = await statusOf(sandbox);
    const here = agents.filter(({ where }) => where === 'here').map(({ name }) => name);
    return here.join() === 'ann,ben';
  }, 'both sessions at the daemon');
  assert.deepEqual(daemonPids(sandbox), [pid]);
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
  const text = `by way of ${pid}`;
  assert.equal((await ann.call('send', { to: 'ben', text })).isError, false);
  await ben.waitForMessage(text);
  for (const name of ['ann', 'ben']) {
    assert.equal(readHeartbeat(sandbox.root, name)?.status, 'active', `heartbeat of ${name}`);
  }
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
}

test('the socket file is removed: the daemon leaves, and the sessions find the next one', async (t) => {
  const now = await scene(t);
  rmSync(now.socket);
  await processGone(now.sandbox, now.pid);
  const pid = await successor(now.sandbox, now.pid);
  await assertServed(now, pid);
});

test('the rendezvous file alone is removed: the daemon publishes it again', async (t) => {
  const now = await scene(t);
  const before = readFileSync(now.rendezvous, 'utf8');
  rmSync(now.rendezvous);
  await until(() => existsSync(now.rendezvous), 'rendezvous file');
  assert.equal(readFileSync(now.rendezvous, 'utf8'), before);
  await assertServed(now, now.pid);
});

test('another daemon has published itself: the old one leaves and removes nothing of it', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows cannot stop a process');
  const now = await scene(t);
  signal(now.pid, 'SIGSTOP'); // it cannot publish itself again
  rmSync(now.rendezvous);
  // Its socket goes to another folder, so it does not sweep up the old one.
  const next = await startDaemon(now.sandbox, { XDG_RUNTIME_DIR: undefined });
  assert.ok(existsSync(now.socket));
  signal(now.pid, 'SIGCONT');
  await processGone(now.sandbox, now.pid);
  assert.equal(existsSync(now.socket), false, 'it takes its own socket along');
  assert.deepEqual(readRendezvous(now.rendezvous), next.rendezvous);
  assert.ok(existsSync(next.rendezvous.socket), 'the successor keeps its socket');
  await assertServed(now, next.pid!);
});

test('a daemon that hangs is replaced; when it comes to itself it leaves', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows cannot stop a process');
  const now = await scene(t);
  signal(now.pid, 'SIGSTOP');
  const next = await startDaemon(now.sandbox);
  const col = await attachAgent(now.sandbox, { name: 'col' });
  assert.equal(col.name, 'col');
  signal(now.pid, 'SIGCONT');
  await processGone(now.sandbox, now.pid);
  assert.deepEqual(readRendezvous(now.rendezvous), next.rendezvous);
  await col.close();
  await assertServed(now, next.pid!);
});

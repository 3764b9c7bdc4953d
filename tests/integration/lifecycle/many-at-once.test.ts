/** Many start in the same instant; one daemon comes of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { nameOf, startShim } from '../../support/agents.js';
import { DAEMON, daemonPid, daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { processGone, statusOf } from './support.js';

const TEN = Array.from({ length: 10 }, (_, i) => i);

/** What `kill -9` of a daemon leaves: its socket, its rendezvous file, its locks. */
async function leaveRemains(sandbox: Sandbox): Promise<{ pid: number; socket: string }> {
  const daemon = await startDaemon(sandbox);
  await daemon.kill('SIGKILL');
  const { pid, socket } = daemon.rendezvous;
  await processGone(sandbox, pid);
  assert.ok(existsSync(socket), 'a stale socket');
  assert.ok(existsSync(sandbox.hostPaths().rendezvous), 'a stale rendezvous file');
  return { pid, socket };
}

async function tenNames(sandbox: Sandbox, wish?: string): Promise<string[]> {
  const clients = TEN.map(() => startShim(sandbox, wish === undefined ? {} : { name: wish }));
  await Promise.all(clients.map((client) => client.initialize()));
  return Promise.all(clients.map(nameOf));
}

test('ten shims at once over the remains of a killed daemon: one daemon, ten names', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const remains = await leaveRemains(sandbox);
  const names = await tenNames(sandbox);
  assert.equal(new Set(names).size, 10, names.join());
  const pids = daemonPids(sandbox);
  assert.equal(pids.length, 1, `daemons ${pids.join()}`);
  assert.notEqual(pids[0], remains.pid);
  const { pid, agents } = await statusOf(sandbox);
  assert.equal(pid, pids[0]);
  assert.deepEqual(agents.map(({ name }) => name).sort(), names.sort());
  assert.equal(existsSync(remains.socket), false, 'the stale socket is swept up');
});

test('ten shims at once where the pid of the rendezvous file is a living stranger', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  await leaveRemains(sandbox);
  const { rendezvous } = sandbox.hostPaths();
  const stale = JSON.parse(readFileSync(rendezvous, 'utf8')) as object;
  writeFileSync(rendezvous, JSON.stringify({ ...stale, pid: process.pid }));
  const names = await tenNames(sandbox, 'worker');
  const wanted = TEN.map((i) => (i === 0 ? 'worker' : `worker-${i + 1}`));
  assert.deepEqual(names.sort(), wanted.sort());
  assert.equal(daemonPids(sandbox).length, 1);
  for (const name of names) assert.deepEqual(listInbox(sandbox, name), []);
});

test('ten `cc2cc-daemon run` at once: one stays, nine say that one runs already', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const options = { command: process.execPath, args: [DAEMON, 'run'], env: { ...sandbox.env } };
  const children = TEN.map(() => new LineChild(options));
  for (const child of children) sandbox.defer(() => child.kill());
  const left = await until(
    () => {
      const alive = children.filter(({ ended }) => ended === undefined);
      return alive.length <= 1 ? alive : undefined;
    },
    'end of nine daemons',
    30_000,
  );
  assert.equal(left.length, 1, 'one stays');
  await until(() => daemonPid(sandbox) === left[0]!.pid, 'rendezvous of the one that stays');
  assert.deepEqual(daemonPids(sandbox), [left[0]!.pid]);
  for (const child of children.filter((one) => one !== left[0])) {
    assert.equal((await child.exited).code, 1);
    assert.match(child.stderr, /A daemon runs already \(pid \d+\)/);
  }
  assert.equal((await statusOf(sandbox)).pid, left[0]!.pid, 'and it serves');
});

/** The daemon on Windows: a named pipe, no signals, files that cannot be replaced while they are read. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { daemonPid, startDaemon } from '../support/daemon.js';
import { until } from '../support/events.js';
import { awkwardSandbox } from './support/home.js';
import { daemonCommand, type Result } from './support/run.js';

test('it listens on a pipe of its own, tells how it is, and is stopped over the pipe', async (t) => {
  const sandbox = awkwardSandbox(t);
  const daemon = await startDaemon(sandbox);
  assert.match(
    daemon.rendezvous.socket,
    /^\\\\\.\\pipe\\cc2cc-[0-9a-f]{8}-[0-9a-f]{12}-[0-9a-f]{8}$/,
  );
  const status = await daemonCommand(sandbox, ['status', '--json']);
  assert.equal(status.code, 0, status.stderr);
  const { pid, root, health } = JSON.parse(status.stdout);
  assert.deepEqual(
    { pid, root, health: health.ok },
    { pid: daemon.pid, root: sandbox.root, health: true },
  );
  const stopped = await daemonCommand(sandbox, ['stop']);
  assert.match(stopped.stdout, new RegExp(`pid ${daemon.pid}\\) stopped`));
  assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  const paths = sandbox.hostPaths();
  assert.ok(existsSync(paths.stopped), 'it was meant to stop');
  assert.ok(!existsSync(paths.rendezvous));
  assert.match(readFileSync(paths.log, 'utf8'), /"ending":"stop"/);
  assert.equal((await daemonCommand(sandbox, ['status'])).code, 3);
});

test('started in the background it outlives who started it, and restart replaces it', async (t) => {
  const sandbox = awkwardSandbox(t);
  const started = await daemonCommand(sandbox, ['start']);
  assert.match(started.stdout, /started, pid \d+, socket \\\\\.\\pipe\\/, started.stderr);
  const first = daemonPid(sandbox);
  assert.ok(first !== undefined);
  const restarted = await daemonCommand(sandbox, ['restart']);
  assert.equal(restarted.code, 0, restarted.stderr);
  assert.notEqual(daemonPid(sandbox), first);
  assert.match((await daemonCommand(sandbox, ['start'])).stdout, /runs already/);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
});

test('of five that start at once one stays, and the others say so', async (t) => {
  const sandbox = awkwardSandbox(t);
  const ended: Result[] = [];
  const all = Array.from({ length: 5 }, async () => {
    ended.push(await daemonCommand(sandbox, ['run']));
  });
  await until(() => ended.length === 4, 'end of four daemons', 40_000);
  for (const { stderr } of ended) assert.match(stderr, /A daemon runs already \(pid \d+\)/);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  await Promise.all(all);
});

test('one that was killed leaves nothing that stands in the way of the next', async (t) => {
  const sandbox = awkwardSandbox(t);
  const killed = await startDaemon(sandbox);
  await killed.kill('SIGKILL');
  assert.equal((await daemonCommand(sandbox, ['status'])).code, 3);
  const next = await startDaemon(sandbox);
  assert.notEqual(next.rendezvous.socket, killed.rendezvous.socket);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
});

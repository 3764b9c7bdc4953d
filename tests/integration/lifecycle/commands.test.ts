/** `cc2cc-daemon` as a person or a program uses it. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { attachAgent, awake, nameOf, startShim } from '../../support/agents.js';
import { LineChild } from '../../../scripts/line-child.js';
import { RpcError } from '../../../scripts/mcp-client.js';
import { shell } from '../../support/cli.js';
import { DAEMON, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor } from '../../support/sandbox.js';
import { daemonCommand, processGone, statusOf, thePid, walk } from './support.js';

test('wrong usage is exit code 2, with words on stderr alone', async (t) => {
  const sandbox = sandboxFor(t);
  for (const args of [
    ['frobnicate'],
    ['status', '--nope'],
    ['start', 'now'],
    ['logs', '--lines', 'many'],
    ['logs', '-n'],
    [],
  ]) {
    const { code, stdout, stderr } = await daemonCommand(sandbox, args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /--help|Usage|--lines/, args.join(' '));
  }
  const config = await daemonCommand(sandbox, ['run'], { CC2CC_ROUND_MS: 'often' });
  assert.equal(config.code, 2);
  assert.match(config.stderr, /CC2CC_ROUND_MS/);
  for (const option of ['--help', '--version']) {
    assert.equal((await daemonCommand(sandbox, [option])).code, 0);
  }
  assert.deepEqual(daemonPids(sandbox), []);
});

test('status, stop and logs without a daemon say so, start nothing and leave nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const before = walk(sandbox.dir).map(({ path }) => path);
  const text = await daemonCommand(sandbox, ['status']);
  assert.equal(text.code, 3);
  assert.match(text.stdout, /not running.*cc2cc-daemon start/);
  const json = await daemonCommand(sandbox, ['status', '--json']);
  assert.equal(json.code, 3);
  assert.equal((JSON.parse(json.stdout) as { running: boolean }).running, false);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 3);
  const logs = await daemonCommand(sandbox, ['logs']);
  assert.equal(logs.code, 1);
  assert.match(logs.stderr, /no log.*cc2cc-daemon start/);
  assert.deepEqual(daemonPids(sandbox), []);
  assert.deepEqual(
    walk(sandbox.dir).map(({ path }) => path),
    before,
  );
});

test('logs --follow shows every line once and whole, past a rotation too', async (t) => {
  const sandbox = sandboxFor(t);
  const { log } = sandbox.hostPaths();
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  writeFileSync(log, '{"n":1}\n{"n":2}\n{"n', { mode: 0o600 }); // the third is being written
  const env = sandbox.envWith({});
  const args = [DAEMON, 'logs', '--follow'];
  const child = new LineChild({ command: process.execPath, args, env });
  sandbox.defer(async () => {
    await child.kill('SIGTERM');
  });
  const shows = async (lines: readonly string[]): Promise<void> => {
    await until(() => child.lines.length >= lines.length, lines.join(' '));
    assert.deepEqual(child.lines, lines);
  };
  await shows(['{"n":1}', '{"n":2}']);
  appendFileSync(log, '":3}\n');
  await shows(['{"n":1}', '{"n":2}', '{"n":3}']);
  renameSync(log, `${log}.1`);
  writeFileSync(log, '{"n":4}\n', { mode: 0o600 });
  await shows(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
});

test('logs whose reader goes away end quietly, with and without --follow', async (t) => {
  const sandbox = sandboxFor(t);
  const { log } = sandbox.hostPaths();
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  writeFileSync(log, `${'x'.repeat(1000)}\n`.repeat(200), { mode: 0o600 }); // more than a pipe holds
  for (const how of ['', '--follow']) {
    const line = `cc2cc-daemon logs -n 200 ${how} | head -1; exit \${PIPESTATUS[0]}`;
    const { code, stderr } = await shell(sandbox, line);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  }
});

test('start, start again, status, stop', async (t) => {
  const sandbox = sandboxFor(t);
  const started = await daemonCommand(sandbox, ['start']);
  assert.equal(started.code, 0, started.stderr);
  const pid = thePid(sandbox);
  assert.match(started.stdout, new RegExp(`started, pid ${pid}, socket /`));
  const again = await daemonCommand(sandbox, ['start']);
  assert.match(again.stdout, new RegExp(`runs already, pid ${pid}`));
  assert.equal(again.code, 0);
  assert.deepEqual(daemonPids(sandbox), [pid]);

  await attachAgent(sandbox, { name: 'ann' });
  const status = await statusOf(sandbox);
  assert.equal(status.pid, pid);
  assert.match(status.version, /^\d+\.\d+\.\d+/);
  assert.equal(status.root, sandbox.root);
  assert.ok(existsSync(status.socket));
  assert.ok(existsSync(status.log));
  assert.deepEqual(status.health, { ok: true, problems: [] });
  assert.equal(status.watcher.ok, true);
  const [ann, ...others] = status.agents;
  assert.deepEqual(others, []);
  assert.deepEqual(
    [ann?.name, ann?.status, ann?.where, ann?.lane, ann?.waiting, ann?.directory],
    ['ann', 'online', 'here', 'channel', 0, sandbox.work],
  );
  const text = await daemonCommand(sandbox, ['status']);
  assert.equal(text.code, 0);
  assert.match(
    text.stdout,
    /AGENT +STATUS +LANE +EVIDENCE +WAITING +SINCE +DIRECTORY\n +ann +online +channel/,
  );
  assert.match(text.stdout, /\nHealth: ok\n$/);

  const stopped = await daemonCommand(sandbox, ['stop']);
  assert.equal(stopped.code, 0);
  assert.match(stopped.stdout, new RegExp(`pid ${pid}\\) stopped`));
  await processGone(sandbox, pid);
  assert.equal(existsSync(status.socket), false);
  assert.equal((await daemonCommand(sandbox, ['status'])).code, 3);
});

test('restart: the sessions move over with their names, and a message sent right after arrives', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox);
  const ben = await attachAgent(sandbox);
  await Promise.all([awake(ann), awake(ben)]);
  const before = thePid(sandbox);
  const restart = daemonCommand(sandbox, ['restart']);
  await processGone(sandbox, before);
  const sent = await ann.call('send', { to: ben.name, text: 'right after' });
  assert.equal(sent.isError, false, sent.text);
  await ben.waitForMessage('right after');
  assert.equal((await restart).code, 0);
  const pid = thePid(sandbox);
  assert.notEqual(pid, before);
  assert.deepEqual(daemonPids(sandbox), [pid]);
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], [ann.name, ben.name]);
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
  const { agents } = await statusOf(sandbox);
  assert.deepEqual(
    agents.map(({ name }) => name),
    [ann.name, ben.name].sort(),
  );
});

test('restart without a daemon starts one', async (t) => {
  const sandbox = sandboxFor(t);
  const { code, stdout } = await daemonCommand(sandbox, ['restart']);
  assert.equal(code, 0);
  assert.match(stdout, /started/);
  assert.equal(daemonPids(sandbox).length, 1);
});

test('SIGTERM ends a daemon in order; its sessions start the next one', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const before = thePid(sandbox);
  process.kill(before, 'SIGTERM');
  await processGone(sandbox, before);
  assert.equal(await nameOf(ann), 'ann');
  assert.notEqual(thePid(sandbox), before);
});

test('stop: attached sessions wait and say why; a new session starts the daemon again', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  assert.deepEqual(daemonPids(sandbox), []);
  let starts = 0;
  const watch = setInterval(() => (starts += daemonPids(sandbox).length), 50);
  t.after(() => {
    clearInterval(watch);
  });
  await assert.rejects(ann.call('whoami', {}, { timeoutMs: 30_000 }), (error) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, -32001);
    assert.equal((error.data as { code: string }).code, 'E_STOPPED');
    assert.match(error.message, /stopped on purpose.*cc2cc-daemon start/);
    return true;
  });
  clearInterval(watch);
  assert.equal(starts, 0, 'the attached session has started none');
  assert.equal(ann.ended, undefined, 'and lives on');

  const ben = startShim(sandbox, { name: 'ben' });
  await ben.initialize();
  assert.equal(daemonPids(sandbox).length, 1);
  assert.equal(await nameOf(ann), 'ann', 'the old session is back as well');
  await until(async () => (await statusOf(sandbox)).agents.length === 2, 'both in the status');
  assert.deepEqual(ann.stray, []);
});

test('restart with a mistake in the configuration says so and leaves the daemon that runs', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox);
  const before = thePid(sandbox);
  const { config } = sandbox.hostPaths();
  mkdirSync(dirname(config), { recursive: true });
  writeFileSync(config, '{"logLevl": "debug"}');
  const { code, stderr } = await daemonCommand(sandbox, ['restart']);
  assert.equal(code, 2);
  assert.match(stderr, /config\.json: there is no setting "logLevl"\. Did you mean logLevel/);
  assert.equal(thePid(sandbox), before);
  assert.equal(await nameOf(ann), ann.name);
});

/** What doctor says with a daemon: one that is well, that hangs, that is old, that is not alone. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { AgentStatus, StatusReport } from '../../../protocol/control.js';
import { attachAgent, awake, SHIM } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { daemonPids, DAEMON, signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { FakeClaude } from '../../support/fake-claude.js';
import type { Sandbox } from '../../support/sandbox.js';
import {
  doctor,
  fingerprint,
  found,
  healthyHome,
  OF_MACHINE,
  pathOf,
  troubles,
} from './support.js';

/** What a daemon writes all the time. */
const LIVE = /^state\/cc2cc\/|^root\/(?:status|leases)$|-heartbeat\.json|^tmp|^claude/;

test('a healthy home with a daemon and a session is all ok, and nothing changes', async (t) => {
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  await awake(await attachAgent(sandbox, { name: 'ann' }));
  const before = fingerprint(sandbox, LIVE);
  const report = await doctor(sandbox);
  assert.deepEqual(fingerprint(sandbox, LIVE), before);
  const others = report.checks.filter(
    ({ state, id }) => state !== 'ok' && !OF_MACHINE.includes(id),
  );
  assert.deepEqual(
    others.map(({ id, state }) => [id, state]),
    [['service', 'skip']],
    JSON.stringify(others, null, 1),
  );
  assert.equal(found(report, 'lanes').text, 'ann by channel');
  assert.match(found(report, 'daemon').text, /^running, pid \d+, answers in \d+ ms$/);
});

test('no daemon is started, and --fix starts none', async (t) => {
  const sandbox = await healthyHome(t);
  const report = await doctor(sandbox, ['--fix']);
  assert.equal(found(report, 'daemon').state, 'warn');
  assert.equal(found(report, 'daemon').fix?.command, 'cc2cc-daemon start');
  assert.deepEqual(daemonPids(sandbox), []);
});

test('a daemon that hangs is named, and left alone', async (t) => {
  const sandbox = await healthyHome(t);
  const pid = await stoppedDaemon(sandbox);
  const report = await doctor(sandbox, ['--fix']);
  const { state, text, fix } = found(report, 'daemon');
  assert.deepEqual([state, text], ['fail', `process ${pid} does not answer`]);
  assert.match(fix?.command ?? '', /^cc2cc-daemon restart; kill -9 \d+$/);
  assert.deepEqual([report.fixed, report.code], [[], 1]);
  assert.deepEqual(
    troubles(report).map(({ id }) => id),
    ['daemon'],
  );
  assert.deepEqual(daemonPids(sandbox), [pid]);
});

test('a daemon that was killed leaves what --fix clears away', async (t) => {
  const sandbox = await healthyHome(t);
  const daemon = await startDaemon(sandbox);
  await daemon.kill('SIGKILL');
  const report = await doctor(sandbox);
  assert.deepEqual(
    troubles(report).map(({ id, fix }) => [id, fix?.safe]),
    [
      ['sockets', true],
      ['daemon', false],
      ['rendezvous', true],
    ],
  );
  const mended = await doctor(sandbox, ['--fix']);
  assert.deepEqual(
    mended.fixed?.map(({ id }) => id),
    ['sockets', 'rendezvous'],
  );
  assert.deepEqual(
    troubles(mended).map(({ id }) => id),
    ['daemon'],
  );
  await startDaemon(sandbox); // nothing is in its way
});

test('settings that the daemon was started without', async (t) => {
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  const report = await doctor(sandbox, [], { CC2CC_KEEP_DAYS: '3' });
  assert.match(found(report, 'daemon-settings').text, /other values of: keepDays$/);
  assert.equal(found(report, 'daemon-settings').fix?.command, 'cc2cc-daemon restart');
});

test('problems that the daemon reports, and rules that it does not take', async (t) => {
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  writeFileSync(join(sandbox.root, 'rules.json'), '{"sender": {}}');
  await until(async () => (await statusOf(sandbox)).health.problems.length > 0, 'a problem');
  const report = await doctor(sandbox);
  assert.equal(found(report, 'health').state, 'fail');
  assert.match(found(report, 'health').details?.join() ?? '', /rules\.json/);
  assert.deepEqual(
    troubles(report).map(({ id }) => id),
    ['rules', 'health'],
  );
});

test('another version, an old program, and one that has been removed', async (t) => {
  const sandbox = await healthyHome(t);
  const copy = copyOfPackage(sandbox, '0.0.9');
  const daemon = spawnDaemon(sandbox, copy);
  await until(
    async () => (await statusOf(sandbox)).version === '0.0.9',
    'the older daemon',
    20_000,
  );
  const old = await doctor(sandbox);
  assert.match(found(old, 'daemon-version').text, /^it is 0\.0\.9, older than this program/);
  assert.equal(found(old, 'daemon-version').fix?.command, 'cc2cc-daemon restart');
  assert.match(found(old, 'daemon-program').text, /^it runs from another installation/);

  const ahead = new Date(Date.now() + 60_000);
  utimesSync(join(copy, 'dist/daemon/main.js'), ahead, ahead);
  assert.match(found(await doctor(sandbox), 'daemon-program').text, /^its program has changed/);

  rmSync(copy, { recursive: true });
  if (process.platform === 'linux') {
    assert.match(found(await doctor(sandbox), 'daemon-program').text, /has been removed/);
  }
  assert.ok(daemon > 0);
});

test('a second daemon of the same root that nobody finds', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows the root of a process');
  const sandbox = await healthyHome(t);
  const pid = await stoppedDaemon(sandbox); // it does not notice
  rmSync(sandbox.hostPaths().rendezvous);
  const second = await startDaemon(sandbox);
  const report = await doctor(sandbox);
  assert.equal(found(report, 'daemon-twice').state, 'fail', second.stderr);
  assert.equal(found(report, 'daemon-twice').fix?.command, `kill ${pid}`);
});

test('two daemons of one machine under two host names', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows the root of a process');
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  const { pid } = await startDaemon(sandbox, { CC2CC_HOST: 'twin' });
  const report = await doctor(sandbox);
  assert.deepEqual(found(report, 'hosts').details, [`process ${pid}: twin`]);
  assert.deepEqual(
    troubles(report).map(({ id }) => id),
    ['hosts'],
  );
});

test('a session that cannot be woken, and why, lane by lane', async (t) => {
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  await attachAgent(sandbox, { name: 'ann', lanes: '' });
  await awake(await attachAgent(sandbox, { name: 'ben' }));
  const { state, text, details } = found(await doctor(sandbox), 'lanes');
  assert.deepEqual([state, text], ['warn', '1 session cannot be woken when idle']);
  assert.match(
    details?.join('\n') ?? '',
    /^ann has mail by tool[^]*channel: .*--dangerously[^]*socket: .*no socket[^]*hook: no hook/,
  );
});

test('the status report has every lane of a session', async (t) => {
  const sandbox = await healthyHome(t);
  const claude = await FakeClaude.start(sandbox);
  await claude.attach({ name: 'ann' });
  const lanes = (await agentOf(sandbox, 'ann')).lanes;
  assert.deepEqual(
    lanes?.map(({ name, usable, wakes }) => [name, usable, wakes]),
    [
      ['channel', false, false],
      ['socket', true, true],
      ['hook', false, false],
      ['tool', true, false],
    ],
  );
  await claude.hook('stop');
  const hooked = (await agentOf(sandbox, 'ann')).lanes?.find(({ name }) => name === 'hook');
  assert.deepEqual(hooked, { name: 'hook', usable: true, wakes: false, why: null });
  assert.equal(found(await doctor(sandbox), 'lanes').text, 'ann by socket');
});

test('a shim whose client is gone', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux shows the root of a process');
  const sandbox = await healthyHome(t);
  await startDaemon(sandbox);
  // Its stdin stays open although its client is gone: it has both ends of it.
  const [input, output] = ['in', 'out'].map((name) => join(sandbox.dir, name));
  const script = `mkfifo '${input}'; exec 3<>'${input}'; '${process.execPath}' '${SHIM}' <&3 >'${output}' & echo $!; wait`;
  const env = sandbox.envWith({ CLAUDE_CODE_ENTRYPOINT: 'cli', CC2CC_NAME: 'ann' });
  const client = spawn('sh', ['-c', script], { env, cwd: sandbox.work });
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  const shim = Number(line.toString());
  sandbox.defer(() => {
    signal(shim, 'SIGKILL');
  });
  appendFileSync(input!, HANDSHAKE.map((message) => `${JSON.stringify(message)}\n`).join(''));
  await until(async () => (await agentOf(sandbox, 'ann')).where === 'here', 'ann', 20_000);
  assert.match(found(await doctor(sandbox), 'orphans').text, /^1 shim, each with/);
  client.kill('SIGKILL');
  await once(client, 'exit');
  const { state, fix } = found(await doctor(sandbox), 'orphans');
  assert.deepEqual([state, fix], ['warn', { command: `kill ${shim}`, safe: false }]);
});

/** What a client says until it is an agent. */
const HANDSHAKE = [
  {
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'claude-code', version: '2.1.329' },
    },
  },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/call', params: { name: 'whoami', arguments: {} } },
].map((message) => ({ jsonrpc: '2.0', ...message }));

/** A daemon that hangs. */
async function stoppedDaemon(sandbox: Sandbox): Promise<number> {
  const { pid } = (await startDaemon(sandbox)).rendezvous;
  signal(pid, 'SIGSTOP');
  sandbox.defer(() => {
    signal(pid, 'SIGCONT');
  });
  return pid;
}

async function statusOf(sandbox: Sandbox): Promise<StatusReport> {
  const { stdout } = await cli(sandbox, ['status', '--json'], { env: { PATH: pathOf(sandbox) } });
  return JSON.parse(stdout) as StatusReport;
}

async function agentOf(sandbox: Sandbox, name: string): Promise<AgentStatus> {
  const agent = (await statusOf(sandbox)).agents.find((one) => one.name === name);
  assert.ok(agent);
  return agent;
}

/** The package under another version, as an older installation would be. */
function copyOfPackage(sandbox: Sandbox, version: string): string {
  const from = join(dirname(DAEMON), '../..');
  const to = join(sandbox.dir, 'older');
  mkdirSync(to);
  for (const part of ['protocol', 'mail', 'service', 'daemon']) {
    cpSync(join(from, 'dist', part), join(to, 'dist', part), { recursive: true });
  }
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
  const meta = { name: 'cc2cc', version, type: 'module' };
  writeFileSync(join(to, 'package.json'), JSON.stringify(meta));
  return to;
}

function spawnDaemon(sandbox: Sandbox, copy: string): number {
  const script = join(copy, 'dist/daemon/main.js');
  const child = spawn(process.execPath, [script, 'run'], {
    env: sandbox.envWith({}),
    stdio: 'ignore',
  });
  sandbox.defer(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('close', resolve));
    }
  });
  return child.pid!;
}

/** Flags, variables and config.json, and what daemon, sessions and hooks make of them. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { RpcError } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, startShim, type Agent } from '../../support/agents.js';
import { DAEMON, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { runIn } from './run-in.js';
import { daemonCommand, statusOf, thePid } from './support.js';

/** What the sandbox sets for its own sake, out of the way. */
const PLAIN = { CC2CC_RATE: '', CC2CC_REPEAT_SECONDS: '' };

function sandboxFor(t: TestContext, file: object | string = '{}'): Sandbox {
  const sandbox = makeSandbox(PLAIN);
  t.after(() => sandbox.cleanup());
  configure(sandbox, '{}');
  configure(sandbox, file);
  return sandbox;
}

/** Asked once: who asks reads the file, and that may be broken by then. */
const files = new WeakMap<Sandbox, string>();

function configure(sandbox: Sandbox, file: object | string): void {
  const config = files.get(sandbox) ?? sandbox.hostPaths().config;
  files.set(sandbox, config);
  mkdirSync(dirname(config), { recursive: true });
  writeFileSync(config, typeof file === 'string' ? file : JSON.stringify(file));
}

async function inForce(sandbox: Sandbox): Promise<Record<string, unknown>> {
  return { ...(await statusOf(sandbox)).config };
}

test('flags reach the daemon that is started, and come before variables and the file', async (t) => {
  const sandbox = sandboxFor(t, { rate: 5, ttl: 7, keepDays: 2, presence: 'on' });
  const flags = ['--rate', '30', '--log-level=debug', '--encrypt', '--presence', 'off'];
  const variables = { CC2CC_RATE: '9', CC2CC_TTL: '8', CC2CC_LANES: 'tool' };
  const { code, stdout, stderr } = await daemonCommand(sandbox, ['start', ...flags], variables);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /started/);
  const config = await inForce(sandbox);
  assert.deepEqual(
    [config['rate'], config['ttl'], config['keepDays'], config['logLevel'], config['encrypt']],
    [30, 8, 2, 'debug', true],
  );
  assert.equal(config['presence'], 'off', 'a flag is for the daemon');
  assert.equal(config['lanes'], undefined, 'a session’s variable is not');

  const again = await daemonCommand(sandbox, ['start', '--rate', '40']);
  assert.match(again.stdout, /runs already/);
  assert.match(again.stderr, /no effect on the daemon that runs.*cc2cc-daemon restart/);
  assert.equal((await inForce(sandbox))['rate'], 30);
  const place = await daemonCommand(sandbox, ['start', '--bridge-dir', sandbox.root]);
  assert.equal(place.stderr, '');
});

test('restart: the daemon with the flags is the next one, though sessions start one by themselves', async (t) => {
  const sandbox = sandboxFor(t);
  const agents = await Promise.all(
    ['ann', 'ben', 'col'].map((name) => attachAgent(sandbox, { name })),
  );
  for (const rate of [11, 12, 13]) {
    const before = thePid(sandbox);
    const { code, stderr } = await daemonCommand(sandbox, ['restart', '--rate', String(rate)]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.notEqual(thePid(sandbox), before);
    assert.equal((await inForce(sandbox))['rate'], rate);
    assert.deepEqual(await Promise.all(agents.map(nameOf)), ['ann', 'ben', 'col']);
  }
  assert.equal(daemonPids(sandbox).length, 1);
});

test('run takes flags too, before or after the bridge root that it is for', async (t) => {
  const sandbox = sandboxFor(t);
  const other = join(sandbox.dir, 'other');
  const args = [DAEMON, '--bridge-dir', other, 'run', '--max-inbox', '3', '--host', 'box'];
  const child = new LineChild({ command: process.execPath, args, env: sandbox.envWith({}) });
  sandbox.defer(() => child.kill('SIGTERM'));
  const where = { CC2CC_BRIDGE_DIR: other, CC2CC_HOST: 'box' };
  const status = await until(
    () => statusOf(sandbox, where).catch(() => undefined),
    'a daemon of the other root',
  );
  assert.deepEqual([status.root, status.config?.maxInbox], [other, 3]);
});

for (const [args, says] of [
  [['run', '--rate', 'fast'], /--rate: expected a number above 0, or off, not "fast"/],
  [['start', '--log-level', 'loud'], /--log-level: .*not "loud"/],
  [['restart', '--encrypt=1'], /--encrypt/],
  [['run', '--lanes', ''], /--lanes takes a value/],
  [['start', '--nope'], /--nope/],
  [['status', '--rate', '5'], /--rate/],
] as const) {
  test(`cc2cc-daemon ${args.join(' ')} is refused`, async (t) => {
    const sandbox = sandboxFor(t);
    const { code, stdout, stderr } = await daemonCommand(sandbox, args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, says);
    assert.deepEqual(daemonPids(sandbox), []);
  });
}

test('what a session leaves open the file decides; its own variable and flag come first', async (t) => {
  const sandbox = sandboxFor(t, { lanes: 'tool', presence: 'off' });
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: '' });
  const ben = await attachAgent(sandbox, { name: 'ben', env: { CC2CC_PRESENCE: 'on' } });
  const col = await withFlags(sandbox, ['--name', 'col', '--lanes=channel', '--presence', 'off']);
  await awake(ben);
  const { agents } = await statusOf(sandbox);
  assert.deepEqual(
    agents.map(({ name, lane }) => [name, lane]),
    [
      ['ann', 'tool'],
      ['ben', 'channel'],
      ['col', 'channel'],
    ],
  );
  await ben.waitForMessage('col joined');
  await ann.call('send', { to: 'col', text: 'a barrier' });
  await col.waitForMessage('a barrier');
  const dan = await attachAgent(sandbox, { name: 'dan' });
  await ben.waitForMessage('dan joined');
  await dan.call('send', { to: 'col', text: 'another' });
  await col.waitForMessage('another');
  assert.ok(!col.channel.some(({ content }) => content.includes('joined')));
});

/** A session whose settings are flags of its shim. */
async function withFlags(sandbox: Sandbox, flags: string[]): Promise<Agent> {
  const client = startShim(sandbox, { lanes: '', args: flags });
  await client.initialize();
  return Object.assign(client, { name: await nameOf(client), sessionId: '' });
}

test('the bridge root of the file is that of daemon, sessions, hooks and commands', async (t) => {
  const sandbox = sandboxFor(t);
  const root = join(sandbox.dir, 'from-file');
  configure(sandbox, { bridgeDir: root, host: 'box' });
  // The guard of the sandbox wants the variable; the home folder is of the sandbox all the same.
  const env = (extras: Extras = {}): Record<string, string> => {
    const { CC2CC_BRIDGE_DIR: _, ...others } = sandbox.envWith(extras);
    return others;
  };
  const started = await runIn(env(), [DAEMON, 'start']);
  assert.equal(started.code, 0, started.stderr);
  const status = JSON.parse((await runIn(env(), [DAEMON, 'status', '--json'])).stdout);
  assert.equal(status.root, root);
  const debugged = env({ CC2CC_DEBUG: '1', CC2CC_HOOK_MS: '10000' });
  const hook = await runIn(debugged, [runIn.cc2cc, 'hook', 'stop'], '{"session_id":"a"}');
  assert.deepEqual([hook.code, hook.stdout], [0, '']);
  assert.match(hook.stderr, /reported/);
  const shown = await runIn(env(), [runIn.cc2cc, 'config', 'bridgeDir', '--json']);
  assert.deepEqual(JSON.parse(shown.stdout), {
    key: 'bridgeDir',
    value: root,
    source: 'file',
    from: sandbox.hostPaths().config,
  });
  assert.equal((await runIn(env(), [DAEMON, 'stop'])).code, 0);
});

test('cc2cc config tells where the running daemon has other values', async (t) => {
  const sandbox = sandboxFor(t);
  assert.equal((await daemonCommand(sandbox, ['start', '--rate', '30'])).code, 0);
  configure(sandbox, { keepDays: 2 });
  // A session's own, which no daemon would get.
  const env = sandbox.envWith({ CC2CC_LANES: 'tool' });
  const text = await runIn(env, [runIn.cc2cc, 'config']);
  assert.match(text.stdout, /other values: rate 30, keepDays 7\.\n.*cc2cc-daemon restart\n$/);
  const { stdout } = await runIn(env, [runIn.cc2cc, 'config', '--json']);
  const { daemon, settings } = JSON.parse(stdout);
  assert.equal(daemon, thePid(sandbox));
  const others = settings.filter((one: object) => 'inForce' in one);
  assert.deepEqual(
    others.map(({ key, value, inForce }: Record<string, unknown>) => [key, value, inForce]),
    [
      ['rate', 60, 30],
      ['keepDays', 2, 7],
    ],
  );
  const set = await runIn(env, [runIn.cc2cc, 'config', 'set', 'ttl', '5']);
  assert.match(set.stderr, /cc2cc-daemon restart/);
});

for (const [what, file, extras, says] of [
  ['an unknown key', '{"logLevl": "debug"}', {}, /config\.json: .*"logLevl".*mean logLevel/],
  ['a wrong value', '{"rate": 0}', {}, /config\.json: rate: /],
  ['a file that is no JSON', '{', {}, /config\.json is not JSON/],
  ['a wrong variable of the session', '{}', { CC2CC_TRANSCRIPT: 'no' }, /CC2CC_TRANSCRIPT: .*"no"/],
  ['a wrong lane', '{}', { CC2CC_LANES: 'horn' }, /CC2CC_LANES: .*"horn"/],
] as const) {
  test(`${what} is told in the tool's answer, and the session lives on`, async (t) => {
    const sandbox = sandboxFor(t, file);
    const session = startShim(sandbox, { name: 'ann', env: extras });
    await assert.rejects(session.initialize(), (error) => {
      assert.ok(error instanceof RpcError);
      assert.equal((error.data as { code: string }).code, 'E_USAGE');
      assert.match(error.message, says);
      return true;
    });
    assert.equal(session.ended, undefined);
    if (Object.keys(extras).length > 0) return;
    configure(sandbox, '{}');
    await session.initialize();
    assert.equal(await nameOf(session), 'ann', 'all is well as soon as the file is');
  });
}

test('a mistake in the file does not disturb a daemon and sessions that run', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = [
    await attachAgent(sandbox, { name: 'ann' }),
    await attachAgent(sandbox, { name: 'ben' }),
  ];
  await awake(ben);
  const pid = thePid(sandbox);
  configure(sandbox, '{"nonsense": 1}');
  await ann.call('send', { to: 'ben', text: 'all the same' });
  await ben.waitForMessage('all the same');
  const col = await attachAgent(sandbox, { name: 'col' });
  assert.equal(col.name, 'col', 'new sessions find the daemon');
  assert.equal(thePid(sandbox), pid);
});

test('restart where starting is forbidden leaves the daemon that runs', async (t) => {
  const sandbox = sandboxFor(t);
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  const pid = thePid(sandbox);
  configure(sandbox, { noLaunch: true });
  const { code, stderr } = await daemonCommand(sandbox, ['restart']);
  assert.equal(code, 1);
  assert.match(stderr, /noLaunch in .*config\.json forbids/);
  assert.equal(thePid(sandbox), pid);
});

/** What others can see of us while we live: no port, no other socket than ours, and no secret. */
import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { attachAgent, awake } from '../../support/agents.js';
import { CC2CC, cli } from '../../support/cli.js';
import { processesOf } from '../../support/processes.js';
import { until } from '../../support/events.js';
import { sandboxFor } from '../../support/sandbox.js';
import { goodHello, RawConnection, tokenOf } from '../connections/support.js';
import { acceptedId, daemonCommand, killDaemon, walk } from '../lifecycle/support.js';
import { Lookout } from './support/processes.js';

test('in a full scene no port is open, the only listening socket is ours, and no secret is seen', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const sandbox = sandboxFor(t, { CC2CC_LOG_LEVEL: 'trace', CC2CC_ROUND_MS: '100' });
  const lookout = new Lookout(sandbox);
  t.after(() => {
    lookout.stop();
  });
  const said: string[] = [];
  const note = ({ stdout, stderr }: { stdout: string; stderr: string }): void => {
    said.push(stdout, stderr);
  };
  note(await daemonCommand(sandbox, ['start']));
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  const follower = new LineChild({
    command: process.execPath,
    args: [CC2CC, 'receive', 'carl', '--follow'],
    env: sandbox.envWith({}),
  });
  sandbox.defer(() => follower.kill('SIGTERM'));
  const token = tokenOf(sandbox);
  const key = readFileSync(join(sandbox.root, 'secret.key'), 'utf8').trim();
  acceptedId(await ann.call('send', { to: 'ben', text: 'good day' }));
  said.push((await ben.call('check_inbox')).text);
  const waiting = ben.call('wait_for_message', { timeout_s: 5 });
  const hook = JSON.stringify({
    hook_event_name: 'UserPromptSubmit',
    session_id: ann.sessionId,
    cwd: sandbox.work,
    prompt: 'hello',
  });
  for (const args of [
    ['send', 'ben', 'for the one who waits', '--from', 'ann-by-hand'],
    ['hook'],
    ['status'],
    ['agents', '--json'],
    ['doctor'],
    ['log'],
    ['config', '--json'],
  ]) {
    note(await cli(sandbox, args, { stdin: hook }));
  }
  await waiting;
  // Strangers, whose refusal is logged, and a daemon that does not end as it should.
  const stranger = await RawConnection.open(sandbox);
  stranger.send({ ...goodHello(sandbox), proof: 'a'.repeat(64) });
  said.push(JSON.stringify(await stranger.refusal()));
  killDaemon(sandbox);
  said.push((await ann.call('whoami')).text);
  note(await daemonCommand(sandbox, ['status', '--json']));
  note(await daemonCommand(sandbox, ['logs']));
  await until(() => follower.ended === undefined, 'the follower');

  const { socket } = JSON.parse(readFileSync(sandbox.hostPaths().rendezvous, 'utf8')) as {
    socket: string;
  };
  lookout.look();
  lookout.stop();
  const seen = [...lookout.seen.values()];
  for (const program of ['daemon/main.js', 'cc2cc-shim.cjs', 'receive', 'hook', 'doctor']) {
    assert.ok(
      seen.some(({ commandLine }) => commandLine.includes(program)),
      `${program} was looked at`,
    );
  }
  assert.ok(lookout.sockets.size > 5, 'and sockets of theirs');
  assert.deepEqual([...lookout.internet], [], 'no port');
  // Num RefCount Protocol Flags Type St Inode Path; the flag is that of a listening one.
  const unix = [...lookout.unix].map((line) => line.split(' ').slice(1));
  const listening = new Set(unix.filter((words) => words[3] === '00010000').map((w) => w[7]));
  assert.equal(listening.size, 2, 'of the daemon that was killed, and of its successor');
  const folder = join(sandbox.env['XDG_RUNTIME_DIR']!, 'cc2cc');
  for (const path of listening) assert.equal(dirname(path ?? ''), folder);
  assert.ok(listening.has(socket));
  const named = unix.map((words) => words[7] ?? '');
  assert.deepEqual(
    named.filter((path) => path.startsWith('@')),
    [],
    'no abstract socket, which has no owner and no mode',
  );
  assert.equal(lstatSync(socket).mode & 0o777, 0o600);
  assert.equal(lstatSync(folder).mode & 0o777, 0o700);

  const { token: tokenFile } = sandbox.hostPaths();
  const files = walk(sandbox.dir)
    .filter(
      ({ path, stats }) => stats.isFile() && path !== tokenFile && !path.includes('secret.key'),
    )
    .map(({ path }) => [path, readFileSync(path, 'latin1')] as const);
  assert.ok(files.some(([path]) => path.endsWith('.log')));
  const texts = [
    ...seen.flatMap((one) => [
      [`command line of ${one.pid}`, one.commandLine] as const,
      [`environment of ${one.pid}`, one.environment] as const,
    ]),
    ...said.map((text) => ['said', text] as const),
    ...follower.lines.map((text) => ['followed', text] as const),
    ...[...ann.lines, ...ben.lines].map((text) => ['told to a session', text] as const),
    ...files,
  ];
  for (const secret of [token, key]) {
    const told = texts.filter(([, text]) => text.includes(secret)).map(([where]) => where);
    assert.deepEqual(told, []);
  }
  assert.ok(processesOf(sandbox.env, join('dist', 'daemon', 'main.js')).length === 1);
});

for (const mask of [0o000, 0o002, 0o077]) {
  test(`a umask of ${mask.toString(8).padStart(3, '0')} changes nothing`, async (t) => {
    if (process.platform === 'win32') return t.skip('Windows has no mode bits');
    const before = process.umask(mask);
    t.after(() => process.umask(before));
    const sandbox = sandboxFor(t);
    // The folders for the programs are the sandbox's own; all in them is ours.
    assert.equal(
      (await cli(sandbox, ['init', '--json', '--no-service', '--no-register', '--no-hooks'])).code,
      0,
    );
    const ann = await attachAgent(sandbox, { name: 'ann' });
    const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
    acceptedId(await ann.call('send', { to: 'ben', text: 'good day' }));
    await ben.call('check_inbox');
    await ann.call('delegate_task', { to: 'ben', title: 'a task', text: 'to do' });
    await cli(sandbox, ['send', 'dora', 'hello', '--from', 'carl']);
    await cli(sandbox, ['config', 'set', 'ttl', '1800']);
    await daemonCommand(sandbox, ['restart']);
    await cli(sandbox, ['receive', 'dora']);
    await daemonCommand(sandbox, ['stop']);
    await cli(sandbox, ['send', 'erin', 'by the files alone', '--from', 'carl']);
    const { XDG_RUNTIME_DIR, XDG_STATE_HOME, XDG_CONFIG_HOME } = sandbox.env;
    const folders = [XDG_RUNTIME_DIR, XDG_STATE_HOME, XDG_CONFIG_HOME].map((base) =>
      join(base ?? '', 'cc2cc'),
    );
    const found = [sandbox.root, ...folders].flatMap(walk);
    assert.ok(found.length > 30, String(found.length));
    const open = found
      .filter(({ stats }) => (stats.mode & 0o777) !== (stats.isDirectory() ? 0o700 : 0o600))
      .map(({ path, stats }) => `${(stats.mode & 0o777).toString(8)} ${path}`);
    assert.deepEqual(open, []);
  });
}

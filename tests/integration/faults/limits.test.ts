/** Few open files, a root that becomes read-only, a state folder that is removed: all passes by itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { attachAgent, awake } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox } from '../../support/files.js';
import { makeSandbox } from '../../support/sandbox.js';
import { makeReadOnly, makeWritable, mountRoot } from '../lifecycle/mounts.js';
import { assertNoneTorn } from './whole.js';

test('a daemon that may open few files refuses, loses nothing, and goes on when some are free', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs prlimit and /proc');
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const daemon = await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  // Loading a program takes more than running it: only then there are few.
  const open = readdirSync(`/proc/${daemon.pid}/fd`).length;
  const lowered = spawnSync('prlimit', [`--pid=${daemon.pid}`, `--nofile=${open + 20}:`]);
  if (lowered.status !== 0) return t.skip(`prlimit: ${String(lowered.stderr)}`);
  // Strangers take all that are left; the daemon cuts them off when they say nothing.
  const strangers: Socket[] = [];
  t.after(() => {
    for (const one of strangers) one.destroy();
  });
  for (let i = 0; i < 60; i += 1) {
    const one = connect(daemon.rendezvous.socket);
    one.on('error', () => undefined);
    strangers.push(one);
  }
  const accepted: string[] = [];
  for (let i = 0; i < 30; i += 1) {
    dropMessage(sandbox, 'ben', { text: `dropped ${i}` });
    const { text, isError } = await ann.call('send', { to: 'ben', text: `sent ${i}` });
    if (isError) assert.match(text, /EMFILE[\s\S]*ulimit -n/);
    else accepted.push(`sent ${i}`);
  }
  for (const one of strangers) one.destroy();
  const shown = (): string => ben.channel.map(({ content }) => content).join('\n');
  await until(() => {
    const all = shown();
    return (
      accepted.every((text) => all.includes(text)) &&
      Array.from({ length: 30 }, (_, i) => all.includes(`dropped ${i}`)).every(Boolean)
    );
  }, 'all that was accepted or dropped');
  assert.equal(listInbox(sandbox, 'ben').length, accepted.length + 30, 'nothing was rejected');
  await until(
    async () => (await callDaemon(sandbox.hostPaths(), 'status', {})).health.ok,
    'a healthy daemon',
  );
  assert.equal(daemon.ended, undefined);
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
});

test('a root that becomes read-only and comes back', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, 'size=4m');
  if (why !== undefined) return t.skip(why);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  const pids = daemonPids(sandbox);
  await ann.call('send', { to: 'ben', text: 'before' });
  makeReadOnly(sandbox);
  for (let i = 0; i < 3; i += 1) {
    const { text, isError } = await ann.call('send', { to: 'ben', text: `meanwhile ${i}` });
    assert.equal(isError, true);
    assert.match(text, /EROFS at \/[\s\S]*read-only/);
    const command = await cli(sandbox, ['send', 'ben', `by command ${i}`, '--from', 'eve']);
    assert.equal(command.code, 1);
    assert.match(command.stderr, /EROFS at \/[\s\S]*read-only/);
  }
  assert.match((await ben.call('check_inbox')).text, /before/, 'what waits can be read');
  await until(async () => {
    const { health } = await callDaemon(sandbox.hostPaths(), 'status', {});
    return /EROFS/.test(health.problems.join());
  }, 'word of it in status');
  makeWritable(sandbox);
  await until(
    async () => (await callDaemon(sandbox.hostPaths(), 'status', {})).health.ok,
    'a healthy daemon',
  );
  assert.match((await ann.call('send', { to: 'ben', text: 'afterwards' })).text, /^Accepted/);
  const { text } = await ben.call('check_inbox');
  assert.match(text, /afterwards/);
  assert.doesNotMatch(
    text,
    /before|meanwhile|by command/,
    'nothing is shown twice, nothing refused',
  );
  assert.deepEqual(daemonPids(sandbox), pids);
  await assertNoneTorn(sandbox.root);
  const lines = readFileSync(sandbox.hostPaths().log, 'utf8').split('\n').length;
  assert.ok(lines < 100, `${lines} lines in the log`);
});

test('a state folder that is removed under the daemon', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  const { state } = sandbox.hostPaths();
  for (let i = 0; i < 3; i += 1) {
    // The daemon writes there meanwhile, and what it has just made is in the way.
    await until(() => {
      rmSync(state, { recursive: true, force: true });
      return true;
    }, 'end of the state folder');
    const sent = await ann.call('send', { to: 'ben', text: `text ${i}` });
    assert.match(sent.text, /^Accepted/);
    assert.match((await ben.call('check_inbox')).text, new RegExp(`text ${i}`));
    const cat = await attachAgent(sandbox, { name: `cat-${i}` });
    await awake(cat);
    await until(() => daemonPids(sandbox).length === 1, 'one daemon');
    const report = await until(
      () => callDaemon(sandbox.hostPaths(), 'status', {}),
      'a daemon that commands find',
      20_000,
    );
    assert.deepEqual(report.agents.map(({ name }) => name).slice(0, 2), ['ann', 'ben']);
  }
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
});

/** The program's files are removed or replaced under processes that run. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { makeBuild, removeBuild, updateInPlace } from '../../support/build.js';
import { daemonPid, signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor } from '../../support/sandbox.js';
import {
  acceptedId,
  arrivals,
  daemonCommand,
  drainInbox,
  freshIds,
  processGone,
} from '../lifecycle/support.js';
import { begun, NEW, OLD, onlyDaemon, versionInForce } from './support.js';

/** Everything that a session can ask for. */
const CALLS: [string, Record<string, unknown>][] = [
  ['whoami', {}],
  ['list_agents', {}],
  ['check_inbox', {}],
  ['send', { to: 'ben', text: 'with ümlauts and 漢字' }],
  ['broadcast', { text: 'to all' }],
  ['list_agents', { detail: true }],
  ['set_summary', { text: 'at work' }],
  ['delegate_task', { to: 'ben', title: 'fence', text: 'paint it' }],
  ['list_tasks', {}],
  ['notify_when_idle', { agent: 'ben' }],
  ['wait_for_message', { timeout_s: 1 }],
];

async function exchange(from: Agent, to: Agent, text: string): Promise<void> {
  const id = acceptedId(await from.call('send', { to: to.name, text }));
  await until(() => arrivals(to).some((one) => one.id === id), `"${text}" at ${to.name}`);
}

test('a daemon whose files have been removed serves on, then ends with 0 and a line', async (t) => {
  // 30 rounds: 9 s here.
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '300' });
  const old = makeBuild(sandbox, OLD);
  const daemon = await startDaemon(sandbox, {}, [], old.daemon);
  const ann = await attachAgent(sandbox, { name: 'ann', shim: old.shim });
  const ben = await attachAgent(sandbox, { name: 'ben', shim: old.shim });
  await Promise.all([awake(ann), awake(ben)]);
  removeBuild(old);
  // Nothing is loaded that is not loaded yet; also by a session that is new to it.
  for (const [tool, args] of CALLS) {
    const { text, isError } = await ann.call(tool, args);
    assert.equal(isError, false, `${tool}: ${text}`);
  }
  const { shim } = makeBuild(sandbox, OLD, 'beside');
  const cat = await attachAgent(sandbox, { name: 'cat', shim });
  await exchange(cat, ann, 'from a newcomer');
  assert.equal((await daemonCommand(sandbox, ['status', '--json'])).code, 0);
  assert.equal(daemonPid(sandbox), daemon.pid);
  await cat.close();

  assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  const log = readFileSync(sandbox.hostPaths().log, 'utf8');
  assert.match(log, /main\.js is gone: cc2cc has been removed/);
  assert.match(log, /"msg":"ended"/);
  assert.doesNotMatch(log, /"level":(?:50|60)/, 'no error');
  assert.equal(daemon.stderr, '');
  await assert.rejects(ann.call('whoami'), (error: Error) => {
    assert.match(error.message, /The files of cc2cc are gone.*npm ci && npm run setup/);
    assert.doesNotMatch(error.message, /\n\s+at /, 'no stack trace');
    return true;
  });
  assert.equal(ann.ended, undefined, 'the session stays');
  assert.doesNotMatch(ann.stderr, /\n\s+at /);

  // Another installation gives them a daemon again.
  const elsewhere = makeBuild(sandbox, NEW);
  assert.equal((await daemonCommand(sandbox, ['start'], {}, elsewhere.daemon)).code, 0);
  await exchange(ann, ben, 'we are back');
});

test('files that come back in time are an update, and nobody ends', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '500' }); // 15 s
  const old = makeBuild(sandbox, OLD);
  const daemon = await startDaemon(sandbox, {}, [], old.daemon);
  const ann = await attachAgent(sandbox, { name: 'ann', shim: old.shim });
  const number = join(sandbox.root, 'format.json');
  for (let time = 0; time < 3; time += 1) {
    removeBuild(old);
    rmSync(number); // what a round makes anew
    await until(() => existsSync(number), 'round without the files');
    updateInPlace(old, NEW);
    assert.equal(await nameOf(ann), 'ann');
  }
  assert.equal(daemon.ended, undefined);
  assert.equal(daemonPid(sandbox), daemon.pid);
});

test('an update in place during traffic: nothing is lost, doubled or out of order', async (t) => {
  const sandbox = sandboxFor(t);
  const old = makeBuild(sandbox, OLD);
  const ann = await attachAgent(sandbox, { name: 'ann', shim: old.shim });
  const ben = await attachAgent(sandbox, { name: 'ben', shim: old.shim });
  await Promise.all([awake(ann), awake(ben)]);
  const ids: string[] = [];
  let young = old;
  let cat: Promise<Agent> | undefined;
  for (let [nth, left] = [0, 30]; left > 0; nth += 1) {
    ids.push(acceptedId(await ann.call('send', { to: 'ben', text: `number ${nth}` })));
    if (nth === 30) young = updateInPlace(old, NEW);
    if (nth === 60) cat = attachAgent(sandbox, { name: 'cat', shim: young.shim });
    if (versionInForce(sandbox) === NEW) left -= 1;
    assert.ok(nth < 5000, 'it is replaced');
  }
  await cat;
  await onlyDaemon(sandbox, NEW);
  await drainInbox(ben);
  assert.deepEqual(freshIds(ben), ids);
  assert.deepEqual(begun(sandbox.hostPaths().log), [OLD, NEW]);
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
});

test('after an update in place an old shim starts the new daemon by its command', async (t) => {
  const sandbox = sandboxFor(t);
  const old = makeBuild(sandbox, OLD);
  const ann = await attachAgent(sandbox, { name: 'ann', shim: old.shim });
  const ben = await attachAgent(sandbox, { name: 'ben', shim: old.shim });
  await Promise.all([awake(ann), awake(ben)]);
  updateInPlace(old, NEW);
  // Of another version, with other names for what they share: not to be loaded by the old shim.
  writeFileSync(join(old.dir, 'dist/bin/shim-launcher.cjs'), 'throw new Error("not for you");\n');
  const pid = daemonPid(sandbox)!;
  signal(pid, 'SIGKILL');
  await processGone(sandbox, pid);
  await exchange(ann, ben, 'by the new daemon');
  await onlyDaemon(sandbox, NEW);
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
});

test('a start that fails after an update in place is told in a sentence', async (t) => {
  const sandbox = sandboxFor(t);
  const old = makeBuild(sandbox, OLD);
  const ann = await attachAgent(sandbox, { name: 'ann', shim: old.shim });
  updateInPlace(old, NEW);
  writeFileSync(join(sandbox.root, 'format.json'), '{"format": 2}');
  const pid = daemonPid(sandbox)!;
  signal(pid, 'SIGKILL');
  await assert.rejects(ann.call('whoami'), /could not be started: .*have form 2.*restart it/);
});

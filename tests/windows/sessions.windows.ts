/** Sessions on Windows: two shims, a daemon that they start themselves, and files. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { attachAgent, awake, type Agent } from '../support/agents.js';
import { daemonPid, signal } from '../support/daemon.js';
import { until } from '../support/events.js';
import { mailboxOf, stageMessage } from '../support/files.js';
import type { Sandbox } from '../support/sandbox.js';
import { awkwardSandbox } from './support/home.js';
import { daemonCommand } from './support/run.js';

/** A first start takes Wine longer than a session waits, on a busy machine. */
async function begin(sandbox: Sandbox): Promise<void> {
  const { code, stderr } = await daemonCommand(sandbox, ['start']);
  assert.equal(code, 0, stderr);
}

/** Wine on a busy machine takes its time. */
const WAIT_MS = 20_000;

async function annAndBen(t: TestContext): Promise<{ sandbox: Sandbox; ann: Agent; ben: Agent }> {
  const sandbox = awkwardSandbox(t);
  await begin(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  for (const agent of [ann, ben]) await awake(agent, WAIT_MS);
  return { sandbox, ann, ben };
}

test('two sessions exchange messages, and what is dropped as a file is pushed', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t);
  for (const [from, to] of [
    [ann, ben],
    [ben, ann],
  ] as const) {
    const text = `h\u00e9llo ${to.name} \ud83e\udd8a`;
    const { text: answer, isError } = await from.call('send', { to: to.name, text });
    assert.ok(!isError, answer);
    await to.waitForMessage(text, WAIT_MS);
  }
  stageMessage(sandbox, 'ben', { text: 'dropped by hand' }).drop();
  await ben.waitForMessage('dropped by hand', WAIT_MS);
  const { watcher } = JSON.parse((await daemonCommand(sandbox, ['status', '--json'])).stdout);
  assert.equal(watcher.missed, 0, 'an event rang, and not the timer');
});

test('a daemon that is killed is started again, and nothing is lost', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t);
  const first = daemonPid(sandbox);
  assert.ok(first !== undefined);
  signal(first, 'SIGKILL');
  const { isError, text } = await ann.call('send', { to: 'ben', text: 'after the crash' });
  assert.ok(!isError, text);
  await ben.waitForMessage('after the crash', WAIT_MS);
  assert.notEqual(daemonPid(sandbox), first);
});

test('what was seen is moved, and a receipt is left', async (t) => {
  const sandbox = awkwardSandbox(t);
  await begin(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  stageMessage(sandbox, 'ann', { text: 'for the inbox' }).drop();
  const { text } = await ann.call('check_inbox');
  assert.match(text, /for the inbox/);
  const { inbox, done, receipts } = mailboxOf(sandbox, 'ann');
  await until(() => readdirSync(inbox).length === 0, 'empty inbox', WAIT_MS);
  await until(() => readdirSync(done).length === 1, 'message in done', WAIT_MS);
  await until(() => readdirSync(receipts).length === 1, 'receipt', WAIT_MS);
});

test('stopped, the daemon stays away from the sessions that were attached', async (t) => {
  const sandbox = awkwardSandbox(t);
  await begin(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  await assert.rejects(ann.call('send', { to: 'ben', text: 'x' }), /cc2cc-daemon start/);
});

/**
 * What is answered is on the disk. A kill cannot show that, since the system keeps what was written; the
 * order of the calls does.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ensureMailbox } from '../../mail/deliver.js';
import { attachAgent } from '../support/agents.js';
import { cli } from '../support/cli.js';
import { startDaemon } from '../support/daemon.js';
import { mailboxOf } from '../support/files.js';
import { sandboxFor, type Sandbox } from '../support/sandbox.js';
import { faultEnv, readCalls, type Call } from './fault.js';

/** The one call of that name whose path, or second path, fits. */
function the(calls: readonly Call[], name: string, path: RegExp): Call & { ended: number } {
  const found = calls.filter((call) => call.name === name && path.test(call.to ?? call.path));
  assert.equal(found.length, 1, `one ${name} of ${path}`);
  const [call] = found as [Call];
  assert.ok(
    call.ended !== undefined && call.error === undefined,
    `${name} of ${path} has succeeded`,
  );
  return { ...call, ended: call.ended };
}

/** Written, synced, put into the inbox, the inbox synced, answered: each when the one before has ended. */
function assertDurable(calls: readonly Call[], answer: Call): void {
  const link = the(calls, 'link', /to-ben\/inbox\/msg-/);
  const steps = [
    calls.findLast(({ name, path }) => name === 'write' && path === link.path),
    calls.find(({ name, path }) => name === 'fsync' && path === link.path),
    link,
    the(calls, 'fsync', /to-ben\/inbox$/),
    answer,
  ];
  for (const [nth, step] of steps.entries()) {
    assert.ok(step, `step ${nth}`);
    if (nth > 0) assert.ok(step.began > (steps[nth - 1]?.ended ?? Infinity), `${step.name} waits`);
  }
}

/** The first message in a root, by a command alone, and its calls. */
async function sendByCommand(t: TestContext): Promise<{ sandbox: Sandbox; calls: Call[] }> {
  const sandbox = sandboxFor(t);
  ensureMailbox(mailboxOf(sandbox, 'ben'));
  const log = join(sandbox.dir, 'calls');
  const env = faultEnv({ only: 'command', log });
  const { code, stderr } = await cli(sandbox, ['send', 'ben', 'hello', '--from', 'ann'], { env });
  assert.equal(code, 0, stderr);
  return { sandbox, calls: readCalls(log) };
}

test('a command says that a message is accepted when file and folder are synced', async (t) => {
  const { calls } = await sendByCommand(t);
  assertDurable(
    calls,
    calls.find(({ path }) => path === 'stdout')!,
  );
});

test('a daemon answers when file and folder are synced', async (t) => {
  const sandbox = sandboxFor(t);
  ensureMailbox(mailboxOf(sandbox, 'ben'));
  const [log, arm] = [join(sandbox.dir, 'calls'), join(sandbox.dir, 'arm')];
  await startDaemon(sandbox, faultEnv({ only: 'daemon', log, arm, calls: 'changes' }));
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  writeFileSync(arm, '');
  const { isError, text } = await ann.call('send', { to: 'ben', text: 'hello' });
  assert.equal(isError, false, text);
  const calls = readCalls(log);
  assertDurable(
    calls,
    calls.findLast(({ name }) => name === 'send')!, // others are of the barrier
  );
});

test('a new key is synced, and its folder, before anything is signed with it', async (t) => {
  const { sandbox, calls } = await sendByCommand(t);
  const link = the(calls, 'link', /\/secret\.key$/);
  const synced = calls.find(({ name, path }) => name === 'fsync' && path === link.path);
  const folder = calls.find(
    ({ name, path, began }) => name === 'fsync' && path === sandbox.root && began > link.began,
  );
  const message = the(calls, 'link', /to-ben\/inbox\/msg-/);
  assert.ok(synced && synced.began < link.began, 'the key');
  assert.ok(folder && folder.began < message.began, 'its folder');
});

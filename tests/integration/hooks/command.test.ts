/** `cc2cc hook` and a real daemon: what waits reaches the client's hooks, and counts as seen once. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../../scripts/line-child.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';

const CC2CC = fileURLToPath(new URL('../../../bin/cc2cc.cjs', import.meta.url));

/** A hook of the session whose shim this process has started. */
function startHook(sandbox: Sandbox, word: string, input: object): LineChild {
  const env = sandbox.envWith({ CLAUDE_PID: String(process.pid), CC2CC_HOOK_MS: '10000' });
  const child = new LineChild({ command: process.execPath, args: [CC2CC, 'hook', word], env });
  sandbox.defer(() => child.kill());
  child.sendLine(JSON.stringify(input));
  return child;
}

/** Both shims are children of this process: its pid means the session that came last. */
async function pair(t: TestContext): Promise<{ sandbox: Sandbox; ann: Agent; ben: Agent }> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  return { sandbox, ann, ben: await attachAgent(sandbox, { name: 'ben', lanes: 'hook' }) };
}

async function send(from: Agent, text: string): Promise<void> {
  const sent = await from.call('send', { to: 'ben', text });
  assert.equal(sent.isError, false, sent.text);
}

/** Until the receipt has arrived. */
async function nothingWaits(sandbox: Sandbox): Promise<void> {
  await until(async () => {
    const { agents } = await statusOf(sandbox);
    return agents.find(({ name }) => name === 'ben')?.waiting === 0;
  }, 'inbox of ben without mail');
}

test('what waits comes with the next hook, once, and is seen', async (t) => {
  const { sandbox, ann, ben } = await pair(t);
  const input = { session_id: ben.sessionId };
  const silent = startHook(sandbox, 'post-tool-use', input);
  assert.deepEqual(await silent.close(), { code: 0, signal: null });
  assert.deepEqual(silent.lines, []);

  await send(ann, 'between two tools');
  const hook = startHook(sandbox, 'post-tool-use', input);
  assert.equal((await hook.close()).code, 0);
  const { hookSpecificOutput } = JSON.parse(hook.lines.join('\n'));
  assert.equal(hookSpecificOutput.hookEventName, 'PostToolUse');
  assert.match(hookSpecificOutput.additionalContext, /between two tools/);
  await nothingWaits(sandbox);

  await send(ann, 'at the end of the turn');
  const stop = startHook(sandbox, 'stop', input);
  assert.equal((await stop.close()).code, 0);
  const { additionalContext } = JSON.parse(stop.lines.join('\n')).hookSpecificOutput;
  assert.match(additionalContext, /at the end of the turn/);
  assert.doesNotMatch(additionalContext, /between two tools/);
  await nothingWaits(sandbox);
});

test('a message wakes the waiter; a second waiter leaves at once', async (t) => {
  const { sandbox, ann, ben } = await pair(t);
  const input = { session_id: ben.sessionId };
  // One of the two waits and the other one leaves, whichever asks first.
  const waiters = [startHook(sandbox, 'wait', input), startHook(sandbox, 'wait', input)];
  const leaving = waiters.map(async (waiter) => ({ waiter, ...(await waiter.close(20_000)) }));
  const first = await Promise.race(leaving);
  assert.equal(first.code, 0);
  assert.equal(first.waiter.stderr, '');
  await send(ann, 'wake up');
  const [woken] = (await Promise.all(leaving)).filter(({ waiter }) => waiter !== first.waiter);
  assert.equal(woken?.code, 2);
  assert.match(woken.waiter.stderr, /wake up/);
  await nothingWaits(sandbox);
});

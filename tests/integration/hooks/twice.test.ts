/** A client that runs our hooks twice, from its settings and from the plugin: each text comes once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookEvent } from '../../../protocol/control.js';
import { ControlConnection } from '../../../protocol/control-connection.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { until } from '../../support/events.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';

/** One of the two hooks; a text that it is given is shown. */
async function runHook(
  sandbox: Sandbox,
  { sessionId }: Agent,
  event: HookEvent,
  plugin: boolean,
): Promise<string | null> {
  const connection = await ControlConnection.open(sandbox.hostPaths());
  const report = { event, sessionId, ...(plugin ? { plugin } : {}) };
  const { text, receipt } = await connection.call('hook', report);
  if (receipt !== null) await connection.call('hook_shown', { receipt });
  connection.close();
  return text;
}

async function ann(sandbox: Sandbox): Promise<{ waiting: number; status: string }> {
  const { agents } = await statusOf(sandbox);
  return agents.find(({ name }) => name === 'ann')!;
}

for (const pluginFirst of [false, true]) {
  test(`hooks in settings and plugin, ${pluginFirst ? 'plugin' : 'settings'} first`, async (t) => {
    const sandbox = sandboxFor(t);
    const agent = await attachAgent(sandbox, { name: 'ann', lanes: 'hook' });
    const both = async (event: HookEvent): Promise<(string | null)[]> => [
      await runHook(sandbox, agent, event, pluginFirst),
      await runHook(sandbox, agent, event, !pluginFirst),
    ];

    await cli(sandbox, ['send', 'ann', 'early words', '--from', 'ben']);
    await until(async () => (await ann(sandbox)).waiting === 1, 'message in the inbox');
    const early = await both('session-start');
    assert.match(early[0] ?? '', /early words/);
    assert.equal(early[1], null);
    assert.deepEqual(await both('user-prompt-submit'), [null, null]); // the model has it now
    await until(async () => (await ann(sandbox)).waiting === 0, 'message that was seen');

    await cli(sandbox, ['send', 'ann', 'one more', '--from', 'ben']);
    await until(async () => (await ann(sandbox)).waiting === 1, 'message in the inbox');
    const last = await both('stop');
    assert.match(last[0] ?? '', /one more/);
    assert.equal(last[1], null);
    assert.equal((await ann(sandbox)).status, 'busy'); // the turn goes on with that text
    assert.deepEqual(await both('post-tool-use'), [null, null]);
    assert.deepEqual(await both('stop'), [null, null]);
    assert.equal((await ann(sandbox)).status, 'idle');
  });
}

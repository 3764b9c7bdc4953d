/** A broadcast whose daemon is killed before it answers is asked for again: meanwhile others are there. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readHeartbeat } from '../../../protocol/heartbeat.js';
import { idsOf, type ToolResult } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { listDone, listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { startSlowDaemon } from '../../support/slow-disk.js';
import { killDaemon } from './support.js';

interface Scene {
  sandbox: Sandbox;
  ben: Agent;
  /** Of the message that ben was pushed, which is in his mailbox. */
  id: string;
  /** What ann is told; her daemon is held up by the message to cat. */
  answer: Promise<ToolResult>;
}

async function scene(t: TestContext): Promise<Scene> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  await startSlowDaemon(sandbox, 60_000, {}, '/to-cat/');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await Promise.all([awake(ann), awake(ben)]);
  const answer = ann.call('broadcast', { text: 'lunch' });
  const [id = ''] = idsOf(await ben.waitForMessage('lunch'));
  await until(() => listInbox(sandbox, 'ben').includes(`${id}.json`), 'message for ben');
  assert.equal(cat.ended, undefined);
  return { sandbox, ben, id, answer };
}

/** Whoever was reached is named once, ben with the message that he has. */
async function assertReachedOnce({ sandbox, id, answer }: Scene, ben: string): Promise<void> {
  const { text } = await answer;
  assert.match(text, /^Accepted for 2 of 2 agents:\n(?:- msg-.*(?:\n|$)){2}/);
  assert.match(text, new RegExp(`^- ${id}: .*\\b${ben}\\b`, 'm'));
  const [other] = (text.match(/msg-[\w-]+/g) ?? []).filter((one) => one !== id);
  assert.deepEqual(listInbox(sandbox, 'cat'), [`${other}.json`]);
  const files = ['ben', 'bob'].flatMap((name) => [
    ...listInbox(sandbox, name),
    ...listDone(sandbox, name),
  ]);
  assert.deepEqual(files, [`${id}.json`]);
}

test('who has another name meanwhile is not told twice', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const it = await scene(t);
  assert.match((await it.ben.call('register', { name: 'bob' })).text, /are "bob" now/);
  killDaemon(it.sandbox);
  await assertReachedOnce(it, 'bob');
});

test('who has left meanwhile is named, as the message is there', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const it = await scene(t);
  await it.ben.close();
  const status = (): string | undefined => readHeartbeat(it.sandbox.root, 'ben')?.status;
  await until(() => status() === 'offline', 'ben offline');
  killDaemon(it.sandbox);
  await assertReachedOnce(it, 'ben');
});

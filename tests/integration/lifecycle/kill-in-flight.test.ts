/**
 * The daemon is killed while sends are in flight. What was accepted arrives exactly once, and the
 * clients see nothing of it.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ToolResult } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { daemonPid, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listDone, listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, drainInbox, freshIds, killDaemon, successor } from './support.js';

interface Sender {
  agent: Agent;
  to: Agent;
}
interface Sent {
  id: string;
  from: Agent;
  to: Agent;
  /** Place among the messages of its sender. */
  nth: number;
}

/** So many answers of one daemon have come when it is killed: some sends are done, most are not. */
const ANSWERS = 10;

const textOf = ({ from, nth }: Pick<Sent, 'from' | 'nth'>): string => `${from.name} says ${nth};`;

/**
 * Every sender fires the first volley, each call without awaiting the one before. With the tenth
 * answer of a daemon the next volley is fired and that daemon killed, in one tick: those calls, and
 * whatever else has no answer yet, are in flight. A dead daemon's late answers count for nobody.
 */
async function storm(sandbox: Sandbox, senders: Sender[], volleys: number[]): Promise<Sent[]> {
  const calls: { call: Promise<ToolResult>; from: Agent; to: Agent; nth: number }[] = [];
  const left = [...volleys];
  let nth = 0;
  const fire = (): void => {
    const end = nth + (left.shift() ?? 0);
    for (; nth < end; nth += 1) {
      for (const { agent: from, to } of senders) {
        const call = from.call('send', { to: to.name, text: textOf({ from, nth }) });
        calls.push({ call, from, to, nth });
      }
    }
  };
  let [pid, answers]: [number | undefined, number] = [undefined, 0];
  let killed = 0;
  for (const { agent } of senders) {
    agent.onLine((line) => {
      if (left.length === 0 || !line.includes('"result":{"content"')) return;
      const now = daemonPid(sandbox);
      answers = now === pid ? answers + 1 : 1;
      pid = now;
      if (now === undefined || answers !== ANSWERS) return;
      fire();
      killed = killDaemon(sandbox);
    });
  }
  fire();
  const sent: Sent[] = [];
  await until(() => left.length === 0, 'last kill', 60_000);
  for (const { call, ...rest } of calls) sent.push({ id: acceptedId(await call), ...rest });
  await successor(sandbox, killed);
  assert.equal(new Set(sent.map(({ id }) => id)).size, calls.length, 'a message for every call');
  return sent;
}

async function assertArrived(sandbox: Sandbox, to: Agent, sent: Sent[]): Promise<void> {
  const mine = new Map(sent.filter((one) => one.to === to).map((one) => [one.id, one]));
  await drainInbox(to);
  const fresh = freshIds(to);
  const missing = [...mine.keys()].filter((id) => !fresh.includes(id));
  assert.deepEqual(missing, [], 'every message comes');
  assert.equal(fresh.length, mine.size, 'once, and no other');
  for (const { content, meta } of to.channel) {
    for (const id of (meta['msg_ids'] ?? meta['msg_id'] ?? '').split(',').filter(Boolean)) {
      assert.ok(content.includes(textOf(mine.get(id)!)), `${id} comes with its own text`);
    }
  }
  for (const from of new Set(sent.map((one) => one.from))) {
    const order = fresh.map((id) => mine.get(id)!).filter((one) => one.from === from);
    const places = order.map((one) => one.nth);
    const sorted = [...places].sort((a, b) => a - b);
    assert.deepEqual(places, sorted, `the order of ${from.name}`);
  }
  const files = [...mine.keys()].map((id) => `${id}.json`).sort();
  await until(() => listDone(sandbox, to.name).length >= files.length, 'all of it in done/');
  assert.deepEqual(listDone(sandbox, to.name), files);
  assert.deepEqual(listInbox(sandbox, to.name), []);
}

async function agents(t: TestContext, names: string[]): Promise<[Sandbox, ...Agent[]]> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const all: Agent[] = [];
  for (const name of names) all.push(await attachAgent(sandbox, { name }));
  await Promise.all(all.map((agent) => awake(agent)));
  return [sandbox, ...all];
}

test('two shims send each other 100 messages, and the daemon is killed among them', async (t) => {
  const [sandbox, ann, ben] = await agents(t, ['ann', 'ben']);
  const senders: Sender[] = [
    { agent: ann!, to: ben! },
    { agent: ben!, to: ann! },
  ];
  const sent = await storm(sandbox, senders, [75, 25]);
  assert.equal(sent.length, 200);
  for (const agent of [ann!, ben!]) {
    await assertArrived(sandbox, agent, sent);
    assert.deepEqual(agent.stray, [], 'no answer twice, no line that is no JSON');
  }
  assert.equal(daemonPids(sandbox).length, 1);
});

test('two shims send 100 messages each to a third, and three daemons are killed', async (t) => {
  const [sandbox, ann, ben, col] = await agents(t, ['ann', 'ben', 'col']);
  const senders: Sender[] = [
    { agent: ann!, to: col! },
    { agent: ben!, to: col! },
  ];
  const sent = await storm(sandbox, senders, [25, 25, 25, 25]);
  assert.equal(sent.length, 200);
  await assertArrived(sandbox, col!, sent);
  for (const agent of [ann!, ben!, col!]) assert.deepEqual(agent.stray, []);
  assert.equal(daemonPids(sandbox).length, 1);
});

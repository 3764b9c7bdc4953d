/** notify_when_idle: one message when another agent is done, whatever happens meanwhile. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { heartbeatPath } from '../../../protocol/heartbeat.js';
import type { ChannelPush } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, startShim, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { listInbox, mailboxOf, readMessages } from '../../support/files.js';
import { beginTurn, endTurn, reportHook } from '../../support/hooks.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import {
  daemonCommand,
  drainInbox,
  killDaemon,
  processGone,
  successor,
  thePid,
} from './support.js';

/** An agent has left when it is away for 5 s, and for 15 s when the daemon has not met it. */
const LEFT_MS = 30_000;

interface Watch {
  id: string;
  asker: string;
  agent: string;
  deadline: number;
}

function watchesFile(sandbox: Sandbox): string {
  return join(sandbox.hostPaths().state, 'idle-watches.json');
}

function watchesOf(sandbox: Sandbox): Watch[] {
  return JSON.parse(readFileSync(watchesFile(sandbox), 'utf8')) as Watch[];
}

async function two(t: TestContext, extras: Extras = {}): Promise<[Sandbox, Agent, Agent]> {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100', ...extras });
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  return [sandbox, ann, ben];
}

/** `ann` waits for `ben`, who is busy. */
async function waiting(t: TestContext): Promise<[Sandbox, Agent, Agent]> {
  const scene = await two(t);
  const [sandbox, ann, ben] = scene;
  await beginTurn(sandbox, ben);
  assert.match(
    await asked(ann, 'ben'),
    /^ben is busy\. You get one status message when it becomes idle or leaves, or in 12 hours/,
  );
  return scene;
}

async function asked(agent: Agent, about: string): Promise<string> {
  const { text, isError } = await agent.call('notify_when_idle', { agent: about });
  assert.ok(!isError, text);
  return text;
}

const isNotice = ({ content, meta }: ChannelPush): boolean =>
  meta['type'] === 'status' && meta['msg_id'] !== undefined && / is idle now| has /.test(content);

/** The one notice that an agent was ever given, on the disk and on its lane. */
async function onlyNotice(sandbox: Sandbox, agent: Agent, timeoutMs?: number): Promise<string> {
  await agent.waitForMessage(isNotice, timeoutMs);
  await until(() => watchesOf(sandbox).length === 0, 'end of the watch');
  await drainInbox(agent);
  await until(() => listInbox(sandbox, agent.name).length === 0, 'empty inbox');
  const stored = readMessages(sandbox, agent.name, 'done');
  assert.equal(stored.length, 1, 'one message');
  const [{ id, from, type, identity, replyTo, content }] = stored as [(typeof stored)[0]];
  assert.deepEqual([type, identity?.['mode'], replyTo], ['status', 'daemon', null]);
  const pushes = agent.channel.filter(isNotice);
  assert.deepEqual(
    pushes.map(({ meta }) => [meta['msg_id'], meta['from']]),
    [[id, from]],
    'pushed once',
  );
  return content.text;
}

test('one that is idle, away or oneself is told of at once, and nothing is registered', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  await beginTurn(sandbox, ben);
  await endTurn(sandbox, ben);
  assert.match(await asked(ann, 'ben'), /^ben is idle now: there is nothing to wait for/);
  await reportHook(sandbox, ben, 'session-end');
  assert.match(await asked(ann, 'ben'), /^ben is away/, 'it has said goodbye');
  await ben.close();
  await until(async () => (await ann.call('list_agents')).text.includes('- ben: away'), 'ben away');
  assert.match(await asked(ann, 'ben'), /^ben is away: .* Messages to ben wait\.$/);
  assert.throws(() => watchesOf(sandbox), /ENOENT/);
  for (const [agent, why] of [
    ['ann', /^You are ann/],
    ['bem', /^Nobody here is or was called "bem"\. Did you mean ben\?/],
    ['No Name', /is not an agent name/],
  ] as const) {
    const { text, isError } = await ann.call('notify_when_idle', { agent });
    assert.ok(isError);
    assert.match(text, why);
  }
});

test('a busy one: one message when its turn ends, however often it was asked for', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  const [first] = watchesOf(sandbox);
  await asked(ann, 'ben');
  const [again, ...others] = watchesOf(sandbox);
  assert.deepEqual([again?.id, again?.asker, again?.agent], [first?.id, 'ann', 'ben']);
  assert.deepEqual(others, []);
  assert.ok(again!.deadline >= first!.deadline);
  assert.equal(statSync(watchesFile(sandbox)).mode & 0o777, 0o600);
  await reportHook(sandbox, ben, 'post-tool-use');
  await endTurn(sandbox, ben);
  assert.equal(await onlyNotice(sandbox, ann), 'ben is idle now.');
  // The next turn is nobody's business.
  await beginTurn(sandbox, ben);
  await endTurn(sandbox, ben);
  await beginTurn(sandbox, ben);
  assert.match(await asked(ann, 'ben'), /busy/);
  await endTurn(sandbox, ben);
  await until(() => ann.channel.filter(isNotice).length === 2, 'notice of the second question');
});

test('one of which nothing is known: only its leaving, and that is said', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  assert.match(
    await asked(ann, 'ben'),
    /^Nothing tells whether ben works .* You get one status message when it leaves, or in 12 hours/,
  );
  await ben.close();
  assert.equal(
    await onlyNotice(sandbox, ann, LEFT_MS),
    'ben has left. Messages to ben wait until it is back.',
  );
});

test('a daemon that is killed or restarted and a reconnect are no leaving; it goes on waiting', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  const watches = watchesOf(sandbox);
  await successor(sandbox, killDaemon(sandbox));
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
  await daemonCommand(sandbox, ['restart']);
  assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
  // What `/mcp reconnect` does: the old server ends, another one of the same session begins.
  await ben.close();
  const back = startShim(sandbox, { sessionId: ben.sessionId });
  await back.initialize();
  assert.equal(await nameOf(back), 'ben');
  assert.deepEqual(watchesOf(sandbox), watches);
  assert.equal(ann.channel.filter(isNotice).length, 0);
  await beginTurn(sandbox, ben);
  await endTurn(sandbox, ben);
  assert.equal(await onlyNotice(sandbox, ann), 'ben is idle now.');
});

test('one that leaves while there is no daemon has left', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  await ben.close();
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  assert.match(await onlyNotice(sandbox, ann, LEFT_MS), /^ben has left\./);
});

test('an asker that is away finds the notice when it comes back', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  await ann.close();
  await until(async () => (await ben.call('list_agents')).text.includes('- ann: away'), 'ann away');
  await endTurn(sandbox, ben);
  await until(() => listInbox(sandbox, 'ann').length === 1, 'the notice in the inbox');
  const back = startShim(sandbox, { sessionId: ann.sessionId });
  await back.initialize();
  await back.waitForMessage('ben is idle now.');
});

test('a notice that cannot be stored is tried again', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  await ann.close();
  await until(async () => (await ben.call('list_agents')).text.includes('- ann: away'), 'ann away');
  const { tmp } = mailboxOf(sandbox, 'ann');
  rmSync(tmp, { recursive: true });
  writeFileSync(tmp, 'no folder');
  await endTurn(sandbox, ben);
  const log = (): string => readFileSync(sandbox.hostPaths().log, 'utf8');
  await until(() => log().includes('cannot tell who is idle or gone'), 'failure in the log');
  await beginTurn(sandbox, ben); // the truth of then is told
  assert.equal(watchesOf(sandbox).length, 1);
  rmSync(tmp);
  await until(() => listInbox(sandbox, 'ann').length === 1, 'the notice in the inbox');
  const [notice] = readMessages(sandbox, 'ann', 'inbox');
  assert.equal(notice!.content.text, 'ben is idle now.');
});

test('both may take other names, also while the daemon is replaced', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  await ben.call('register', { name: 'backend' });
  await ann.call('register', { name: 'boss' });
  // Who takes a name that has become free is not the one who is waited for, nor the one who waits.
  const second = await attachAgent(sandbox, { name: 'ben' });
  const first = await attachAgent(sandbox, { name: 'ann' });
  assert.deepEqual([second.name, first.name], ['ben', 'ann']);
  await beginTurn(sandbox, second);
  await endTurn(sandbox, second);
  await successor(sandbox, killDaemon(sandbox));
  const all = await Promise.all([ann, ben, second, first].map(nameOf));
  assert.deepEqual(all, ['boss', 'backend', 'ben', 'ann']);
  await beginTurn(sandbox, second);
  await endTurn(sandbox, second);
  assert.equal(ann.channel.filter(isNotice).length, 0);
  await beginTurn(sandbox, ben);
  await endTurn(sandbox, ben);
  const boss = Object.assign(ann, { name: 'boss' });
  assert.equal(await onlyNotice(sandbox, boss), 'backend is idle now.');
  assert.equal(first.channel.filter(isNotice).length, 0);
});

test('the daemon is killed in the moment in which it tells: told once', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  let killed: number | undefined;
  ann.onLine((line) => {
    // The notice is out; that the watch is over has perhaps not been noted.
    if (killed === undefined && line.includes('ben is idle now.')) killed = killDaemon(sandbox);
  });
  await endTurn(sandbox, ben).catch(() => undefined); // the daemon may be gone before it answers
  await successor(sandbox, await until(() => killed, 'notice'));
  assert.equal(await nameOf(ann), 'ann');
  assert.equal(await onlyNotice(sandbox, ann), 'ben is idle now.');
});

test('a notice that was written before the crash is not written again, busy or not', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  const [watch] = watchesOf(sandbox);
  await endTurn(sandbox, ben);
  assert.equal(await onlyNotice(sandbox, ann), 'ben is idle now.');
  const [notice] = readMessages(sandbox, 'ann', 'done');
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  // As the file is when a crash comes between the notice and its end.
  const at = Date.parse(notice!.timestamp);
  writeFileSync(
    watchesFile(sandbox),
    JSON.stringify([{ ...watch, outcome: { what: 'idle', at } }]),
  );
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  await until(() => watchesOf(sandbox).length === 0, 'end of the watch');
  assert.equal(await onlyNotice(sandbox, ann), 'ben is idle now.');
  assert.deepEqual(
    readMessages(sandbox, 'ann', 'done').map((message) => message.id),
    [notice!.id],
  );
});

test('after 12 hours the truth is told; a file that makes no sense keeps no daemon from starting', async (t) => {
  const [sandbox, ann, ben] = await waiting(t);
  const [watch] = watchesOf(sandbox);
  const hours = (watch!.deadline - Date.now()) / 3_600_000;
  assert.ok(hours > 11.9 && hours <= 12, `${hours}`);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  const overdue = { ...watch, deadline: Date.now() - 1 };
  writeFileSync(watchesFile(sandbox), JSON.stringify([overdue]));
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  assert.equal(
    await onlyNotice(sandbox, ann),
    'ben has neither become idle nor left in 12 hours. To go on waiting, call notify_when_idle again.',
  );
  const pid = thePid(sandbox);
  assert.equal((await daemonCommand(sandbox, ['stop'])).code, 0);
  await processGone(sandbox, pid);
  writeFileSync(watchesFile(sandbox), '[{"id":');
  assert.equal((await daemonCommand(sandbox, ['start'])).code, 0);
  assert.equal(await nameOf(ben), 'ben');
  await beginTurn(sandbox, ben);
  assert.match(await asked(ann, 'ben'), /^ben is busy/);
  assert.equal(watchesOf(sandbox).length, 1);
});

test('one on another host is there as long as its heartbeat is fresh', async (t) => {
  const [sandbox, ann] = await two(t);
  const beat = (timestamp: number): void => {
    const heartbeat = { agent: 'far', host: 'other', status: 'active', cwd: '/' };
    const text = JSON.stringify({ ...heartbeat, timestamp: new Date(timestamp).toISOString() });
    writeFileSync(heartbeatPath(sandbox.root, 'far'), text);
  };
  beat(Date.now() + 60_000); // whatever the clocks say: fresh for the time of the test
  assert.match(await asked(ann, 'far'), /^Nothing tells whether far works/);
  assert.equal(watchesOf(sandbox).length, 1);
  beat(Date.now() - 60_000);
  assert.match(await onlyNotice(sandbox, ann, LEFT_MS), /^far has left\./);
});

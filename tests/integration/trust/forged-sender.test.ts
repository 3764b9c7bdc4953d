/** Who tries to speak as somebody else over the socket: from a session, and from a command. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { callDaemon, type ControlMethods } from '../../../protocol/control.js';
import { newMessageId } from '../../../protocol/ids.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { listDone, listInbox, mailboxOf, readMessages } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { goodHello, RawConnection, sessionFacts } from '../connections/support.js';
import { idOf } from '../mailbox/support/inbox.js';

interface Scene {
  sandbox: Sandbox;
  /** In whose name somebody tries to speak. */
  ann: Agent;
  ben: Agent;
  /** Who tries it. */
  eve: Agent;
}

async function scene(t: TestContext): Promise<Scene> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const attach = (name: string): Promise<Agent> => attachAgent(sandbox, { name, lanes: 'tool' });
  return { sandbox, ann: await attach('ann'), ben: await attach('ben'), eve: await attach('eve') };
}

/** Who has written what lies, or has lain, in any mailbox. */
function senders(sandbox: Sandbox): string[] {
  const names = ['ann', 'ben', 'eve'].flatMap((name) =>
    existsSync(mailboxOf(sandbox, name).dir)
      ? [...readMessages(sandbox, name, 'inbox'), ...readMessages(sandbox, name, 'done')]
      : [],
  );
  return names.map(({ from }) => from);
}

const taskOf = ({ text }: { text: string }): string => /task-[\w-]+/.exec(text)?.[0] ?? '';

/** All the ways in which a tool call might say who sends. */
const CLAIMS: readonly Record<string, unknown>[] = [
  { from: 'ann' },
  { sender: 'ann' },
  { by: 'ann' },
  { as: 'ann' },
  { agent: 'ann' },
  { identity: { agent: 'ann', mode: 'session' } },
  { _meta: { from: 'ann', 'cc2cc/from': 'ann' } },
  { session: 'ann' },
];

test('no argument of a tool makes a session speak as another one', async (t) => {
  const { sandbox, ann, ben, eve } = await scene(t);
  const given = await ann.call('send', { to: 'eve', text: 'the task', type: 'task' });
  const asked = idOf(given);
  await ben.call('check_inbox');
  await eve.call('check_inbox');
  const calls: readonly [string, Record<string, unknown>][] = [
    ['send', { to: 'ben', text: 'x' }],
    ['send', { to: 'ben', text: 'x', type: 'status' }],
    ['reply', { msg_id: asked, text: 'x' }],
    ['broadcast', { text: 'x' }],
    ['ask', { to: 'ben', text: 'x', timeout_s: 0 }],
    ['delegate_task', { to: 'ben', title: 'x', text: 'x' }],
    ['update_task', { task_id: taskOf(given), state: 'failed', text: 'x' }],
    ['notify_when_idle', { agent: 'ben' }],
    ['set_summary', { text: 'x' }],
  ];
  let tried = 0;
  for (const [tool, args] of calls) {
    for (const claim of CLAIMS) {
      const { text, isError } = await eve.call(tool, { ...args, ...claim });
      tried += 1;
      // Refused as an argument that is none, but for the one that is.
      if (!isError) assert.ok('agent' in claim && tool === 'notify_when_idle', text);
    }
    // And what goes beside the arguments.
    const meta = {
      from: 'ann',
      'cc2cc/from': 'ann',
      'cc2cc/at': [1, 1],
      identity: { agent: 'ann' },
    };
    await eve.request('tools/call', { name: tool, arguments: args, _meta: meta });
    tried += 1;
  }
  const others = senders(sandbox).filter((from) => from !== 'eve');
  assert.deepEqual(others, ['ann'], 'her own message, and nothing else');
  console.log(`${tried} points tried`);
});

test('nobody gets a name that a session bears', async (t) => {
  const { sandbox, eve } = await scene(t);
  assert.match((await eve.call('register', { name: 'ann' })).text, /The name "ann" is taken/);
  const second = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  assert.notEqual(second.name, 'ann');
  // A hello that says that it is ann's shim, which comes back.
  const raw = await RawConnection.open(sandbox);
  const facts = sessionFacts('ann');
  const reattach = { name: 'ann', listed: true, pushed: [] };
  await raw.greet(goodHello(sandbox, { ...facts, reattach }));
  const attached = await raw.line(({ method }) => method === 'cc2cc/attached', 'its name');
  assert.notEqual((attached['params'] as { name: string }).name, 'ann');
  // Its connection serves no control methods, and what it says of pushes bears no sender.
  const letter = { id: newMessageId(), from: 'ann', to: 'ben', text: 'x' };
  for (const method of ['send', 'task', 'seen', 'cc2cc/send', 'cc2cc/push', 'cc2cc/attached']) {
    raw.send({ jsonrpc: '2.0', id: method, method, params: { ...letter, name: 'ann' } });
    raw.send({ jsonrpc: '2.0', method, params: { ...letter, name: 'ann', ids: [letter.id] } });
    raw.send({ jsonrpc: '2.0', id: 'h1', result: { ...letter, from: 'ann' } });
  }
  raw.send({ jsonrpc: '2.0', id: 'end', method: 'ping' });
  await raw.line(({ id }) => id === 'end', 'answer to a ping');
  assert.ok(!raw.lines.some(({ id, result }) => id === 'send' && result !== undefined));
  assert.deepEqual(senders(sandbox), []);
});

/** What a command may ask the daemon for in the name of a session. */
const REQUESTS: {
  [M in 'send' | 'task' | 'seen']: (id: string, task: string) => ControlMethods[M]['params'];
} = {
  send: () => ({ id: newMessageId(), from: 'ann', to: 'ben', text: 'as ann' }),
  task: (_id, task) => ({ id: task, by: 'ann', state: 'accepted' }),
  seen: (id) => ({ name: 'ann', ids: [id], evidence: 'reply' }),
};

for (const method of ['send', 'task', 'seen'] as const) {
  test(`control method ${method}: only from its own shell a command acts as a session`, async (t) => {
    const { sandbox, ann, eve } = await scene(t);
    const given = await eve.call('send', { to: 'ann', text: 'a task', type: 'task' });
    const id = idOf(given);
    const paths = sandbox.hostPaths();
    const ask = (session?: string): Promise<unknown> =>
      callDaemon(paths, method, { ...REQUESTS[method](id, taskOf(given)), session });
    for (const session of [undefined, '', 'ann', eve.sessionId]) {
      await assert.rejects(ask(session), /ann is attached: only its own session speaks as ann/);
    }
    assert.deepEqual([listInbox(sandbox, 'ben'), listDone(sandbox, 'ann')], [[], []]);
    await ask(ann.sessionId);
  });
}

test('commands in the name of a session work from its shell alone', async (t) => {
  const { sandbox, ann } = await scene(t);
  const commands = [
    ['send', 'ben', 'as ann', '--from', 'ann'],
    ['broadcast', 'as ann', '--from', 'ann'],
    ['task', 'delegate', 'ben', 'as ann', '--from', 'ann'],
  ];
  const inShell = { env: { CLAUDE_CODE_SESSION_ID: ann.sessionId } };
  for (const args of commands) {
    const outside = await cli(sandbox, args);
    assert.equal(outside.code, 1, outside.stdout);
    assert.match(outside.stdout + outside.stderr, /only its own session speaks as ann/);
    const inside = await cli(sandbox, args, inShell);
    assert.equal(inside.code, 0, inside.stderr);
  }
  assert.equal(listInbox(sandbox, 'ben').length, commands.length);
});

test('a command that finds no daemon knows by the heartbeat whose name it is', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const { rendezvous } = sandbox.hostPaths();
  assert.ok(existsSync(rendezvous));
  // Another state folder, as on another host that shares the root: no daemon is found there.
  const elsewhere = {
    XDG_STATE_HOME: `${sandbox.dir}/other`,
    XDG_RUNTIME_DIR: `${sandbox.dir}/r2`,
  };
  const args = ['send', 'ben', 'as ann', '--from', 'ann'];
  const outside = await cli(sandbox, args, { env: elsewhere });
  assert.match(outside.stderr, /No daemon runs[^]*only its own session speaks as ann/);
  assert.equal(outside.code, 1);
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
  const env = { ...elsewhere, CLAUDE_CODE_SESSION_ID: ann.sessionId };
  assert.equal((await cli(sandbox, args, { env })).code, 0);
  assert.equal(
    (await cli(sandbox, ['send', 'ben', 'x', '--from', 'cy'], { env: elsewhere })).code,
    0,
  );
});

/** A session whose client has no socket of its own, but hooks; and what hooks tell of any session. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { reportMessage } from '../../../mail/message-report.js';
import { within } from '../../../protocol/within.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { daemonPid, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { FakeClaude } from '../../support/fake-claude.js';
import type { Extras } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';
import { idOf, idsIn, sandboxFor } from '../mailbox/support/inbox.js';
import { isSeen, makeScene, sendToBen, type Scene } from './support.js';

const NO_SOCKET = { CLAUDE_CODE_MESSAGING_SOCKET: undefined };

function scene(t: TestContext, env: Extras = NO_SOCKET, extras: Extras = {}): Promise<Scene> {
  return makeScene(t, extras, env);
}

const list = async (ann: Agent): Promise<string> => (await ann.call('list_agents')).text;

test('what waits comes with the next hook, whichever it is, once', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  for (const event of ['user-prompt-submit', 'post-tool-use', 'stop'] as const) {
    const id = idOf(await sendToBen(ann, `for ${event}`));
    const text = await claude.hook(event);
    assert.match(text ?? '', new RegExp(`^> for ${event}$`, 'm'));
    await isSeen(sandbox, id, 'hook');
    assert.doesNotMatch((await claude.hook('post-tool-use')) ?? '', /for /);
  }
  assert.match((await sendToBen(ann, 'and now?')).text, /who will see it with its next step/);
});

test('what a session start brings is seen with the first prompt, and lost with the conversation', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  const id = idOf(await sendToBen(ann, 'at the start'));
  assert.match((await claude.hook('session-start')) ?? '', /> at the start/);
  assert.equal(reportMessage(sandbox.root, id).state, 'pushed');
  assert.match((await claude.hook('session-start')) ?? '', /possibly repeated\n> at the start/);
  assert.equal(await claude.hook('user-prompt-submit'), null);
  await isSeen(sandbox, id, 'hook');
});

test('a stop that a hook has prolonged already is left alone', async (t) => {
  const { claude, ann } = await scene(t);
  await sendToBen(ann, 'one');
  assert.match((await claude.hook('stop')) ?? '', /> one/);
  await sendToBen(ann, 'two');
  assert.equal(await claude.hook('stop', { stopHookActive: true }), null);
  assert.match((await claude.hook('user-prompt-submit')) ?? '', /> two/);
});

test('a hook that dies before it has handed its text over: offered again, with a warning', async (t) => {
  const { claude, ann } = await scene(t);
  await sendToBen(ann, 'perhaps');
  const connection = await claude.hookConnection();
  const { text } = await connection.call('hook', claude.report('post-tool-use'));
  assert.match(text ?? '', /> perhaps/);
  assert.equal(await claude.hook('post-tool-use'), null); // the first one may still hand it over
  connection.close();
  await until(async () => {
    const again = await claude.hook('post-tool-use');
    return /possibly repeated\n> perhaps/.test(again ?? '');
  }, 'again');
});

test('the daemon dies before a hook says that it has handed its text over: again, with a warning', async (t) => {
  const { sandbox, claude, ann, ben } = await scene(t);
  await sendToBen(ann, 'perhaps');
  const connection = await claude.hookConnection();
  const { text } = await connection.call('hook', claude.report('post-tool-use'));
  assert.match(text ?? '', /> perhaps/);
  signal(daemonPid(sandbox)!, 'SIGKILL');
  connection.close();
  const again = await ben.call('check_inbox'); // by the next daemon
  assert.match(again.text, /possibly repeated\n> perhaps/);
});

test('more than a hook may bring comes with the next one; a text that is too long is named once', async (t) => {
  const { claude, ann, ben } = await scene(t);
  for (const n of [1, 2, 3]) await sendToBen(ann, `${n} ${'x'.repeat(4_000)}`);
  const first = (await claude.hook('user-prompt-submit')) ?? '';
  assert.match(first, /> 1 x.*> 2 x.*1 more message waits: call check_inbox\.$/s);
  assert.ok(first.length < 10_000, `${first.length}`);
  assert.match((await claude.hook('post-tool-use')) ?? '', /> 3 x/);
  const id = idOf(await sendToBen(ann, 'y'.repeat(12_000)));
  assert.match((await claude.hook('post-tool-use')) ?? '', /1 message for you waits.*check_inbox/);
  assert.equal(await claude.hook('post-tool-use'), null);
  assert.deepEqual(idsIn(await ben.call('check_inbox')), [id]);
});

test('a prompt hook that names a message is evidence, of what was pushed to that session only', async (t) => {
  const { sandbox, claude, ann } = await scene(t, {});
  const id = idOf(await sendToBen(ann, 'over the socket'));
  await claude.socket.content('over the socket');
  const other = idOf(await ann.call('send', { to: 'ann-2', text: 'x' }));
  await claude.hook('user-prompt-submit', { ids: [id, other, 'msg-nobody'].filter(Boolean) });
  await isSeen(sandbox, id, 'hook');
  const { agents } = await statusOf(sandbox);
  const evidence = agents.find(({ name }) => name === 'ben')?.lastEvidence;
  assert.deepEqual([evidence?.evidence, evidence?.lane], ['hook', 'socket']);
});

test('with a socket, hooks bring nothing that is on its way there', async (t) => {
  const { claude, ann } = await scene(t, {});
  await sendToBen(ann, 'once only');
  const [text] = await Promise.all([
    claude.hook('post-tool-use'),
    claude.socket.content('once only'),
  ]);
  assert.equal(text, null);
  assert.equal(await claude.hook('stop'), null);
});

test('a turn that ends without a sign of what was pushed: the hook brings it, with a warning', async (t) => {
  const { claude, ann } = await scene(t, {}, { CC2CC_IDLE_MS: '60000', CC2CC_TURN_MS: '300' });
  await claude.hook('user-prompt-submit');
  claude.socket.mode = 'drop';
  await sendToBen(ann, 'dropped');
  await claude.socket.content('dropped');
  await claude.hook('stop');
  await until(
    async () => /possibly repeated\n> dropped/.test((await claude.hook('post-tool-use')) ?? ''),
    'by a hook',
  );
});

test('hooks tell whether the agent is busy or idle', async (t) => {
  const { claude, ann } = await scene(t);
  assert.match(await list(ann), /- ben: online, in/);
  await claude.hook('user-prompt-submit');
  assert.match(await list(ann), /- ben: busy, in/);
  await claude.hook('stop');
  assert.match(await list(ann), /- ben: idle, in/);
});

test('/clear: the same agent, under its new session id', async (t) => {
  const { claude, ann, ben } = await scene(t);
  const before = claude.sessionId;
  await claude.hook('session-end', { claudePid: process.pid, reason: 'clear' });
  claude.sessionId = randomUUID();
  const start = await claude.hook('session-start', { claudePid: process.pid, source: 'clear' });
  assert.equal(start, null);
  assert.match(await list(ann), /- ben: (?:online|idle)/);
  await sendToBen(ann, 'still there?');
  assert.match((await claude.hook('post-tool-use')) ?? '', /still there/); // by the new id alone
  await ben.close();
  for (const sessionId of [claude.sessionId, before]) {
    const again = await claude.attachAgent({ sessionId });
    assert.equal(again.name, 'ben');
    await again.close();
  }
});

test('the end of a session is known from its hook on, also while its server still lives', async (t) => {
  const { claude, ann } = await scene(t);
  await claude.hook('session-end', { reason: 'prompt_input_exit' });
  assert.match(await list(ann), /- ben: away/);
});

test('hooks of sessions that nobody knows get nothing and change nothing', async (t) => {
  const { claude, ann } = await scene(t);
  await sendToBen(ann, 'for ben only');
  for (const event of ['session-start', 'user-prompt-submit', 'stop', 'session-end'] as const) {
    const text = await claude.hook(event, { sessionId: randomUUID(), claudePid: 1 });
    assert.equal(text, null);
  }
  assert.match((await claude.hook('post-tool-use')) ?? '', /for ben only/);
});

test('hooks of a subagent and of another client with the same conversation get nothing', async (t) => {
  const { claude, ann } = await scene(t);
  await claude.hook('post-tool-use', { claudePid: process.pid }); // its client is known now
  await sendToBen(ann, 'for the main model');
  assert.equal(await claude.hook('post-tool-use', { subagent: true }), null);
  assert.equal(await claude.hook('post-tool-use', { claudePid: 1 }), null);
  assert.match((await claude.hook('post-tool-use')) ?? '', /for the main model/);
});

test('a hook may wait before its session is there, and is woken by what comes', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const claude = await FakeClaude.start(sandbox);
  const connection = await claude.hookConnection();
  t.after(() => {
    connection.close();
  });
  const woken = connection.call('hook_wait', { sessionId: claude.sessionId });
  await claude.attach({ name: 'ben', env: NO_SOCKET });
  await sendToBen(ann, 'wake up');
  assert.match((await woken).text ?? '', /> wake up/);
});

test('a session for which a hook waits is reached by hooks, also before any other has reported', async (t) => {
  const { claude, ann, ben } = await scene(t);
  const connection = await claude.hookConnection();
  t.after(() => {
    connection.close();
  });
  void connection.call('hook_wait', { sessionId: claude.sessionId }).catch(() => undefined);
  await until(async () => / by hook /.test(await list(ann)), 'its lane');
  assert.match((await ben.call('whoami')).text, /^Lane: hook /m);
});

test('a hook that waits goes on waiting for the session when its server is started anew', async (t) => {
  const { claude, ann, ben } = await scene(t);
  const connection = await claude.hookConnection();
  t.after(() => {
    connection.close();
  });
  const woken = connection.call('hook_wait', { sessionId: claude.sessionId });
  await ben.call('whoami'); // the daemon has both
  await claude.attach({ name: 'ben', env: NO_SOCKET });
  await sendToBen(ann, 'wake up');
  const { text } = await within(5_000, 'the waking', woken);
  assert.match(text ?? '', /> wake up/);
});

test('a text that a hook has not shown yet when the server is started anew: again, with a warning', async (t) => {
  const { claude, ann } = await scene(t, {});
  claude.socket.refuse();
  await sendToBen(ann, 'perhaps');
  const connection = await claude.hookConnection();
  t.after(() => {
    connection.close();
  });
  let given: string | null = null;
  await until(async () => {
    ({ text: given } = await connection.call('hook', claude.report('post-tool-use')));
    return given !== null;
  }, 'text for a hook');
  assert.match(given ?? '', /> perhaps/);
  const again = await claude.attach({ name: 'ben', env: NO_SOCKET });
  assert.match((await again.call('check_inbox')).text, /possibly repeated\n> perhaps/);
});

test('a hook that dies before it could say that a long text waits: the next one says it', async (t) => {
  const { claude, ann } = await scene(t);
  await sendToBen(ann, 'y'.repeat(12_000));
  const connection = await claude.hookConnection();
  const { text } = await connection.call('hook', claude.report('post-tool-use'));
  assert.match(text ?? '', /1 message for you waits/);
  connection.close();
  await until(
    async () => /1 message for you waits/.test((await claude.hook('post-tool-use')) ?? ''),
    'said again',
  );
  assert.equal(await claude.hook('post-tool-use'), null);
});

test('that a long text waits is said by a hook when the socket does not take it', async (t) => {
  const { claude, ann } = await scene(t, {});
  claude.socket.refuse();
  await sendToBen(ann, 'y'.repeat(20_000));
  await until(
    async () => /1 message for you waits/.test((await claude.hook('post-tool-use')) ?? ''),
    'said by a hook',
  );
});

test('CC2CC_LANES without hook: hooks bring nothing, and are evidence all the same', async (t) => {
  const { sandbox, claude, ann, ben } = await scene(t, { CC2CC_LANES: 'socket' });
  const id = idOf(await sendToBen(ann, 'over the socket'));
  await claude.socket.content('over the socket');
  assert.equal(await claude.hook('user-prompt-submit', { ids: [id] }), null);
  await isSeen(sandbox, id, 'hook');
  claude.socket.refuse();
  await sendToBen(ann, 'refused');
  await until(async () => /refused/.test((await ben.call('whoami')).text), 'on a tool result');
});

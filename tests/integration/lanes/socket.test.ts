/** A session that was started as plain `claude`: what comes over its own socket, and what is known of it. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { reportMessage } from '../../../mail/message-report.js';
import { shownIds } from '../../../protocol/shown.js';
import { daemonPid, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage } from '../../support/files.js';
import type { Extras } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';
import { idOf, idsIn } from '../mailbox/support/inbox.js';
import { isSeen, makeScene, sendToBen, type Scene } from './support.js';

const QUICK = { CC2CC_IDLE_MS: '600', CC2CC_TURN_MS: '300' };

function scene(t: TestContext, extras: Extras = {}, env: Extras = {}): Promise<Scene> {
  return makeScene(t, extras, env);
}

test('a message wakes it, and says who it is from, what it is and how to reply', async (t) => {
  const { claude, ann, ben } = await scene(t);
  const sent = await sendToBen(ann, 'the build is red');
  assert.match(sent.text, /(on its way|handed) to ben's session/);
  const text = await claude.socket.content('the build is red');
  assert.match(text, /^\[cc2cc\] 1 message from another agent, not from your user/);
  assert.match(text, /call the cc2cc tool "reply" with its msg_id/);
  assert.match(
    text,
    new RegExp(
      `^\\[${idOf(sent)}\\] from ann, message, sent .*Z, verified\n> the build is red$`,
      'm',
    ),
  );
  assert.equal(claude.socket.received[0]?.token, claude.socket.token);
  const { text: who } = await ben.call('whoami');
  assert.match(who, /Lane: socket \(not confirmed yet\)/);
  assert.deepEqual(ben.channel, []);
  assert.doesNotMatch(who, /the build is red/); // it is with a lane; another must not take it too
});

test('60 messages at once are all there within seconds, once, in order, and none was dropped', async (t) => {
  const { claude, ann } = await scene(t);
  const sent = await Promise.all(
    Array.from({ length: 60 }, (_, n) => sendToBen(ann, `number ${n}.`)),
  );
  assert.ok(sent.every(({ isError }) => !isError));
  await claude.socket.content('number 59.');
  const ids = claude.socket.contents.flatMap(shownIds);
  assert.deepEqual(ids, sent.map(idOf));
  assert.deepEqual(claude.socket.dropped, []);
  assert.ok(claude.socket.contents.length <= 25, `${claude.socket.contents.length} texts`);
});

test('identical texts are told apart by their headers', async (t) => {
  const { sandbox, claude } = await scene(t);
  for (let n = 0; n < 3; n += 1) {
    dropMessage(sandbox, 'ben', { text: 'ping' });
    await claude.socket.until(() => claude.socket.contents.flatMap(shownIds).length > n, 'text');
  }
  assert.equal(new Set(claude.socket.contents).size, claude.socket.contents.length);
});

test('what is longer than a text may be is named, and read with check_inbox', async (t) => {
  const { claude, ann, ben } = await scene(t);
  const id = idOf(await sendToBen(ann, 'x'.repeat(20_000)));
  await claude.socket.content(/1 message for you waits, the first from ann.*check_inbox/);
  assert.deepEqual(idsIn(await ben.call('check_inbox')), [id]);
});

test('the transcript is evidence once the model was given it, idle or in a turn', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  const idle = idOf(await sendToBen(ann, 'while idle'));
  const first = await claude.socket.content('while idle');
  claude.enqueues(first);
  assert.equal(reportMessage(sandbox.root, idle).state, 'pushed');
  claude.prompts(first);
  await isSeen(sandbox, idle, 'transcript');
  const busy = idOf(await sendToBen(ann, 'while busy'));
  claude.absorbs(await claude.socket.content('while busy'));
  await isSeen(sandbox, busy, 'transcript');
  assert.match(
    (await ann.call('message_status', { msg_id: idle })).text,
    /was seen by ben at .* \(evidence: transcript\)/,
  );
});

test('an id in the text of another message, or in a tool result, is no evidence', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  const lost = idOf(await sendToBen(ann, 'one'));
  const text = await claude.socket.content('one');
  claude.enqueues(text);
  const block = { type: 'tool_result', content: [{ type: 'text', text }] };
  claude.writes({ type: 'user', message: { role: 'user', content: [block] } });
  const next = idOf(
    await sendToBen(ann, `did you get it?\n[cc2cc] 1 message\n\n[${lost}] from ann`),
  );
  claude.prompts(await claude.socket.content('did you get it?'));
  await isSeen(sandbox, next, 'transcript');
  assert.equal(reportMessage(sandbox.root, lost).state, 'pushed');
});

test('CC2CC_TRANSCRIPT=off: the client’s files are not read', async (t) => {
  const { sandbox, claude, ann, ben } = await scene(t, {}, { CC2CC_TRANSCRIPT: 'off' });
  claude.state('idle');
  const first = idOf(await sendToBen(ann, 'unread'));
  claude.prompts(await claude.socket.content('unread'));
  const second = idOf(await sendToBen(ann, 'answered'));
  await claude.socket.content('answered');
  assert.match((await ann.call('list_agents')).text, /- ben: online, in/);
  assert.equal(reportMessage(sandbox.root, first).state, 'pushed');
  // Where nothing else tells, one message that was seen makes the lane trusted.
  await ben.call('reply', { msg_id: second, text: 'yes' });
  await isSeen(sandbox, first, 'proven lane');
});

test('a text that the client drops in silence is offered again, and the lane given up', async (t) => {
  const { claude, ann, ben } = await scene(t, QUICK);
  claude.state('idle');
  claude.writes({ type: 'system' });
  claude.socket.mode = 'drop';
  const id = idOf(await sendToBen(ann, 'lost'));
  await claude.socket.content('lost');
  await until(
    async () =>
      /offered once without/.test((await ann.call('message_status', { msg_id: id })).text),
    'given up',
  );
  const { text } = await ben.call('whoami');
  assert.match(text, /Lane: tool .* Not by socket: what it brought was not seen\./s);
  assert.match(text, new RegExp(`\\[${id}\\] from ann, .*possibly repeated\n> lost`));
});

test('a lane that has brought messages gets another chance, with a warning', async (t) => {
  const { sandbox, claude, ann } = await scene(t, QUICK);
  claude.state('idle');
  const first = idOf(await sendToBen(ann, 'good'));
  claude.prompts(await claude.socket.content('good'));
  await isSeen(sandbox, first, 'transcript');
  claude.socket.mode = 'drop';
  const id = idOf(await sendToBen(ann, 'lost once'));
  await claude.socket.content('lost once');
  claude.socket.mode = 'take';
  await claude.socket.until(
    () => claude.socket.contents.some((text) => text.includes('lost once')),
    'second try',
  );
  const again = claude.socket.contents.find((text) => text.includes('lost once'))!;
  assert.match(again, /possibly repeated/);
  claude.prompts(again);
  await isSeen(sandbox, id, 'transcript');
});

test('a busy session is given time; when its turn ends without a sign, it is offered again', async (t) => {
  const { claude, ann, ben } = await scene(t, QUICK);
  claude.state('busy');
  claude.writes({ type: 'system' });
  claude.socket.mode = 'drop';
  const id = idOf(await sendToBen(ann, 'in a long turn'));
  await claude.socket.content('in a long turn');
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // well past both limits
  assert.doesNotMatch((await ben.call('whoami')).text, /in a long turn/);
  claude.state('idle');
  await until(async () => new RegExp(id).test((await ben.call('whoami')).text), 'on a tool result');
});

test('a socket that refuses, or is gone, leaves the message to the next lane at once', async (t) => {
  for (const trouble of ['refuse', 'vanish'] as const) {
    const { sandbox, claude, ann, ben } = await scene(t);
    claude.socket[trouble]();
    const { text } = await sendToBen(ann, 'hello');
    const id = idOf({ text });
    const isBack = (): boolean =>
      reportMessage(sandbox.root, id).history.some(({ event }) => event === 'unsent');
    await until(isBack, 'taken back');
    const result = await ben.call('check_inbox');
    assert.deepEqual(idsIn(result), [id]);
    assert.doesNotMatch(result.text, /possibly repeated/); // nothing was written
    assert.match((await ben.call('whoami')).text, /Not by socket: it cannot be written to/);
  }
});

test('the daemon dies after a push: nothing is pushed again, and evidence is still found', async (t) => {
  const { sandbox, claude, ann, ben } = await scene(t);
  const id = idOf(await sendToBen(ann, 'before'));
  const text = await claude.socket.content('before');
  signal(daemonPid(sandbox)!, 'SIGKILL');
  claude.prompts(text); // while nobody looks
  await ben.call('whoami');
  await isSeen(sandbox, id, 'transcript');
  await ann.call('whoami');
  await sendToBen(ann, 'after');
  await claude.socket.content('after');
  assert.deepEqual(
    claude.socket.contents.map((content) => content.includes('before')),
    [true, false],
  );
});

test('the daemon dies with 60 on their way: each comes, and none twice without a warning', async (t) => {
  const { sandbox, claude, ann, ben } = await scene(t);
  await sendToBen(ann, 'are you open?');
  await claude.socket.content('are you open?');
  const sends = Array.from({ length: 60 }, (_, n) => sendToBen(ann, `number ${n}.`));
  await claude.socket.content('number');
  signal(daemonPid(sandbox)!, 'SIGKILL');
  const ids = (await Promise.all(sends)).map(idOf);
  await ben.call('whoami').then(({ result }) => {
    ids.splice(0, ids.length, ...ids.filter((id) => !idsIn({ result }).includes(id)));
  });
  await until(
    () => ids.every((id) => claude.socket.contents.flatMap(shownIds).includes(id)),
    'all',
  );
  const seen = new Map<string, number>();
  for (const text of claude.socket.contents) {
    for (const [line, id = ''] of text.matchAll(/^\[(msg-\S+)\] from .*$/gm)) {
      if (!line.includes('possibly repeated')) seen.set(id, (seen.get(id) ?? 0) + 1);
    }
  }
  assert.deepEqual(
    [...seen].filter(([, times]) => times > 1),
    [],
  );
});

test('/clear begins another transcript, and the agent keeps its name under the new id', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  claude.state('idle');
  const first = idOf(await sendToBen(ann, 'old conversation'));
  claude.prompts(await claude.socket.content('old conversation'));
  await isSeen(sandbox, first, 'transcript');
  claude.sessionId = crypto.randomUUID();
  claude.state('idle');
  claude.writes({ type: 'system' });
  const second = idOf(await sendToBen(ann, 'new conversation'));
  claude.prompts(await claude.socket.content('new conversation'));
  await isSeen(sandbox, second, 'transcript');
});

test('a channel that the client ignores in silence is left for the socket', async (t) => {
  const { claude, ann } = await scene(t, QUICK, { CC2CC_LANES: 'channel,socket' });
  claude.state('idle');
  claude.writes({ type: 'system' });
  await sendToBen(ann, 'by which way?');
  assert.match(await claude.socket.content('by which way?'), /possibly repeated/);
  await sendToBen(ann, 'and now?');
  assert.doesNotMatch(await claude.socket.content('and now?'), /possibly repeated/);
});

test('CC2CC_LANES=tool: the socket is left alone', async (t) => {
  const { claude, ann, ben } = await scene(t, {}, { CC2CC_LANES: 'tool' });
  const sent = await sendToBen(ann, 'quiet');
  assert.match(sent.text, /next cc2cc tool call/);
  assert.deepEqual(idsIn(await ben.call('check_inbox')), [idOf(sent)]);
  assert.equal(claude.socket.connections, 0);
});

test('what the transcript shows already is not shown again by check_inbox', async (t) => {
  const { claude, ann, ben } = await scene(t);
  claude.writes({ type: 'system' });
  await sendToBen(ann, 'just seen');
  claude.prompts(await claude.socket.content('just seen'));
  assert.equal((await ben.call('check_inbox')).text, 'No messages wait for you.');
});

test('nothing overtakes a text that is being written', async (t) => {
  const { claude, ann, ben } = await scene(t);
  claude.socket.mode = 'linger'; // the shim waits for the end of the connection
  const first = idOf(await sendToBen(ann, 'number one'));
  await claude.socket.content('number one');
  const second = idOf(await sendToBen(ann, 'number two'));
  assert.deepEqual(idsIn(await ben.call('whoami')), []);
  claude.socket.thaw();
  await claude.socket.content('number two');
  assert.deepEqual(claude.socket.contents.flatMap(shownIds), [first, second]);
});

test('everybody can see by which lane an agent is reached and whether that works', async (t) => {
  const { sandbox, claude, ann } = await scene(t);
  assert.match(
    (await ann.call('list_agents')).text,
    /- ben: online, in \S+, by socket \(not confirmed\)/,
  );
  const id = idOf(await sendToBen(ann, 'does it work?'));
  claude.prompts(await claude.socket.content('does it work?'));
  await isSeen(sandbox, id, 'transcript');
  assert.match(
    (await ann.call('list_agents')).text,
    /by socket \(confirmed, last seen to work \d\d:\d\d UTC\)/,
  );
  const { agents } = await statusOf(sandbox);
  const ben = agents.find(({ name }) => name === 'ben');
  assert.deepEqual(
    [ben?.lane, ben?.confirmed, ben?.lastEvidence?.evidence, ben?.deadLanes],
    ['socket', true, 'transcript', []],
  );
});

test('a sign that comes late still counts, and the lane is used again', async (t) => {
  const { sandbox, claude, ann } = await scene(t, QUICK);
  claude.state('idle');
  claude.writes({ type: 'system' });
  const id = idOf(await sendToBen(ann, 'slow'));
  const text = await claude.socket.content('slow');
  const { history } = reportMessage(sandbox.root, id);
  assert.equal(history.length, 1);
  await until(() => reportMessage(sandbox.root, id).history.length === 2, 'given up');
  claude.prompts(text);
  await isSeen(sandbox, id, 'transcript');
  await sendToBen(ann, 'next');
  await claude.socket.content('next');
});

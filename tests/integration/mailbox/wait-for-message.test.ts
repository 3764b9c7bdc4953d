/** Tool calls that block until a message comes. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { mailboxPaths } from '../../../protocol/paths.js';
import type { McpClient } from '../../../scripts/mcp-client.js';
import { daemonPid, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone } from '../../support/files.js';
import { arrivals } from '../lifecycle/support.js';
import { annAndBen, drainInbox, idOf, idsIn } from './support/inbox.js';

/** A call that blocks; resolves once the daemon has it. */
async function begin(
  client: McpClient,
  tool: string,
  args: Record<string, unknown>,
): Promise<{ answer: ReturnType<McpClient['call']> }> {
  const answer = client.call(tool, args, { timeoutMs: 30_000 });
  await client.request('ping');
  return { answer };
}

for (const lanes of ['tool', 'channel'] as const) {
  test(`wait_for_message returns the moment one comes, and it is seen (${lanes})`, async (t) => {
    const { sandbox, ann, ben } = await annAndBen(t, lanes);
    const { answer } = await begin(ben, 'wait_for_message', { timeout_s: 30 });
    const sent = await ann.call('send', { to: 'ben', text: 'here it is' });
    const result = await answer;
    assert.match(result.text, /> here it is/);
    assert.deepEqual(idsIn(result), [idOf(sent)]);
    assert.equal(result.isError, false);
    await until(() => listDone(sandbox, 'ben').length === 1, 'in done/');
    assert.ok(ben.channel.every(({ content }) => !content.includes('here it is')));
  });
}

test('what follows the message that was waited for is not pushed before it', async (t) => {
  const { ann, ben } = await annAndBen(t, 'channel');
  for (let round = 0; round < 10; round += 1) {
    const before = arrivals(ben).length;
    const { answer } = await begin(ben, 'wait_for_message', { timeout_s: 30 });
    const texts = Array.from({ length: 8 }, (_, nth) => `${round}.${nth}`);
    const sent = await Promise.all(texts.map((text) => ann.call('send', { to: 'ben', text })));
    await answer;
    const came = (): string[] =>
      arrivals(ben)
        .map(({ id }) => id)
        .slice(before);
    await until(() => came().length >= sent.length, 'all of them');
    assert.deepEqual(came(), sent.map(idOf), `in the order of sending, in round ${round}`);
    await drainInbox(ben);
  }
});

test('what waits already is returned at once', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  await ann.call('send', { to: 'ben', text: 'before' });
  assert.match((await ben.call('wait_for_message', { timeout_s: 30 })).text, /> before/);
});

test('what was pushed without a sign is returned too: a blocked model would never see it', async (t) => {
  const { ann, ben } = await annAndBen(t, 'channel');
  await ann.call('send', { to: 'ben', text: 'pushed before' });
  await ben.waitForMessage('pushed before');
  const { text } = await ben.call('wait_for_message', { timeout_s: 30 });
  assert.match(text, /possibly repeated\n> pushed before/);
});

test('nothing came: it says so when the time is up', async (t) => {
  const { ben } = await annAndBen(t, 'tool');
  const { text, isError } = await ben.call('wait_for_message', { timeout_s: 0.2, from: 'ann' });
  assert.equal(text, 'No message from ann came within 0.2 s.');
  assert.equal(isError, false);
});

test('a filter lets others wait or be pushed; what waits rides along behind', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'tool');
  const { answer } = await begin(ben, 'wait_for_message', { timeout_s: 30, from: 'ann' });
  const other = dropMessage(sandbox, 'ben', { text: 'from a script' });
  await until(
    async () => /ben: .*1 waiting/.test((await ann.call('list_agents')).text),
    'known to the daemon',
  );
  const sent = await ann.call('send', { to: 'ben', text: 'from ann' });
  assert.deepEqual(idsIn(await answer), [idOf(sent), other]);
});

test('reply_to waits for the answer to one message', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  const question = idOf(await ben.call('send', { to: 'ann', text: 'how many?' }));
  const { answer } = await begin(ben, 'wait_for_message', { timeout_s: 30, reply_to: question });
  await ann.call('send', { to: 'ben', text: 'something else' });
  await ann.call('reply', { msg_id: question, text: 'four' });
  const { text } = await answer;
  assert.match(text, new RegExp(`in reply to ${question}`));
  assert.ok(text.indexOf('> four') < text.indexOf('> something else'), text);
});

test('a wait that is cancelled loses nothing, and nothing waits for it', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  const params = { name: 'wait_for_message', arguments: { timeout_s: 60 } };
  ben.sendLine(JSON.stringify({ jsonrpc: '2.0', id: 'w', method: 'tools/call', params }));
  await ben.request('ping');
  ben.notify('notifications/cancelled', { requestId: 'w' });
  await ben.request('ping');
  const sent = await ann.call('send', { to: 'ben', text: 'later' });
  assert.match(sent.text, /waiting for ben/);
  assert.deepEqual(await drainInbox(ben), [idOf(sent)]);
});

test('it tells that it still waits', async (t) => {
  const { ben } = await annAndBen(t, 'tool');
  void ben
    .request('tools/call', {
      name: 'wait_for_message',
      arguments: { timeout_s: 60 },
      _meta: { progressToken: 'p1' },
    })
    .catch(() => undefined); // the session ends first
  const { params } = await ben.waitFor(
    ({ method }) => method === 'notifications/progress',
    'progress',
    20_000,
  );
  assert.equal(params['progressToken'], 'p1');
  assert.equal(params['total'], 60);
  assert.ok(Number(params['progress']) >= 9, JSON.stringify(params));
});

test('a daemon that dies or is stopped meanwhile: the next one goes on waiting', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'tool');
  const { answer } = await begin(ben, 'wait_for_message', { timeout_s: 40 });
  signal(daemonPid(sandbox)!, 'SIGKILL');
  await ann.call('whoami'); // there is another one
  await ben.call('whoami');
  await ann.call('send', { to: 'ben', text: 'after the crash' });
  assert.match((await answer).text, /> after the crash/);
});

test('ask brings the answer, and tells the other that it is waited for', async (t) => {
  const { ann, ben } = await annAndBen(t, 'channel');
  const { answer } = await begin(ann, 'ask', { to: 'ben', text: 'how many?', timeout_s: 30 });
  const push = await ben.waitForMessage('how many?');
  assert.equal(push.meta['awaited'], 'true');
  assert.match(push.content, /Its sender waits for that\.$/);
  await ben.call('reply', { msg_id: push.meta['msg_id'], text: 'four' });
  const { text } = await answer;
  assert.match(text, new RegExp(`in reply to ${push.meta['msg_id']}`));
  assert.match(text, /> four/);
});

test('ask without an answer in time says what became of the question', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  const { text } = await ann.call('ask', { to: 'ben', text: 'anybody?', timeout_s: 0.2 });
  assert.match(text, /^No answer within 0\.2 s\. msg-\S+ waits in ben's inbox/);
  assert.match(text, /An answer would come as a message\.$/);
  const [id] = await drainInbox(ben);
  await ben.call('reply', { msg_id: id, text: 'late' });
  assert.match((await ann.call('check_inbox')).text, /> late/);
});

test('two that ask each other do not wait for each other', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  const { answer } = await begin(ann, 'ask', { to: 'ben', text: 'from ann', timeout_s: 60 });
  const { text } = await ben.call('ask', { to: 'ann', text: 'from ben', timeout_s: 60 });
  assert.match(text, /ann has not answered yet but has written to you/);
  assert.match(text, /> from ann/);
  assert.match((await answer).text, /ben has not answered yet but has written to you/);
});

test('ask of nobody is refused like send', async (t) => {
  const { ann } = await annAndBen(t, 'tool');
  const { text, isError } = await ann.call('ask', { to: 'bem', text: 'hi', timeout_s: 60 });
  assert.equal(isError, true);
  assert.match(text, /ben/);
});

test('a question whose journal cannot be read keeps nothing that has come meanwhile', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'tool');
  const { answer } = await begin(ann, 'ask', { to: 'ben', text: 'well?', timeout_s: 30 });
  await until(async () => /well\?/.test((await ben.call('whoami')).text), 'the question');
  const { journal } = mailboxPaths(sandbox.root, 'ben');
  await until(() => listDone(sandbox, 'ben').length === 1, 'the last line of the journal');
  rmSync(journal, { force: true });
  mkdirSync(journal); // cannot be read
  const id = idOf(await ben.call('send', { to: 'ann', text: 'what do you mean?' }));
  const result = await answer;
  assert.match(result.text, /has not answered yet but has written to you/);
  const later = await ann.call('check_inbox');
  assert.deepEqual([...idsIn(result), ...idsIn(later)], [id]);
});

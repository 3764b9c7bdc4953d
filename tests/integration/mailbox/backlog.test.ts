import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TEXT_BYTES } from '../../../protocol/limits.js';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listInbox } from '../../support/files.js';
import { attachSilently, drainInbox, idsIn, pushedIds, sandboxFor } from './support/inbox.js';

for (const count of [3, 6, 40]) {
  test(`a backlog of ${count} comes in order after the self-wake`, async (t) => {
    const sandbox = sandboxFor(t);
    const ids = Array.from({ length: count }, (_, i) =>
      dropMessage(sandbox, 'ben', { text: `number ${i}.` }),
    );
    await attachAgent(sandbox, { name: 'ann' });
    const ben = await attachSilently(sandbox, { name: 'ben' });
    await until(() => pushedIds(ben).length >= count, 'the backlog');
    assert.deepEqual(pushedIds(ben), ids);
    const [wake, ...pushes] = ben.channel;
    assert.equal(wake!.content, 'You are "ben". Online: ann.');
    assert.deepEqual(idsOf(wake!), []);
    assert.equal(pushes.length, count > 5 ? 1 : count);
    for (let i = 0; i < count; i += 1) {
      const holding = pushes.filter(({ content }) => content.includes(`number ${i}.`));
      assert.equal(holding.length, 1);
      assert.ok(idsOf(holding[0]!).includes(ids[i]!));
    }
    // Pushed is not seen: they stay until there is evidence.
    assert.deepEqual(listInbox(sandbox, 'ben'), ids.map((id) => `${id}.json`).sort());
  });
}

test('what no push can hold is named, read with check_inbox, and overtaken by nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const big = 'b'.repeat(20 * 1024);
  const ids = ['small one', big, 'small two'].map((text) => dropMessage(sandbox, 'ben', { text }));
  const ben = await attachSilently(sandbox, { name: 'ben' });
  const notice = await ben.waitForMessage('check_inbox"');
  assert.match(notice.content, /^2 .*messages for you wait, the first from hand-writer/);
  assert.deepEqual(pushedIds(ben), ids.slice(0, 1));
  ids.push(dropMessage(sandbox, 'ben', { text: 'small three' }));
  await until(() => listInbox(sandbox, 'ben').length === 4, 'four in the inbox');
  assert.deepEqual(await drainInbox(ben), ids.slice(1));
  assert.deepEqual(pushedIds(ben), ids.slice(0, 1));
  ids.push(dropMessage(sandbox, 'ben', { text: 'small four' }));
  await ben.waitForMessage('small four');
  await until(() => listDone(sandbox, 'ben').length === 4, 'four in done/');
});

test('a text of one mebibyte is read in full', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const text = 'ab\n"é"\\'.repeat(100_000);
  const full = text + 'x'.repeat(MAX_TEXT_BYTES - Buffer.byteLength(text));
  const sent = await ann.call('send', { to: 'ben', text: full });
  assert.match(sent.text, /^Accepted msg-/);
  await ben.waitForMessage('check_inbox"');
  assert.deepEqual(pushedIds(ben), []);
  const result = await ben.call('check_inbox');
  assert.equal(idsIn(result).length, 1);
  const body = result.text.split('\n').filter((line) => line.startsWith('> '));
  assert.ok(body.map((line) => line.slice(2)).join('\n') === full, 'the text as it was sent');

  const over = await ann.call('send', { to: 'ben', text: `${full}x` });
  assert.ok(over.isError);
  assert.match(over.text, /1048577 bytes, more than 1048576/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone } from '../../support/files.js';
import { CHANNEL_METHOD } from '../../../scripts/mcp-client.js';
import { attachSilently, drainInbox, idsIn, sandboxFor } from './support/inbox.js';

test('without a channel nothing is pushed, and mail rides on the next tool result, once', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const sent = await ann.call('send', { to: 'ben', text: 'first' });
  assert.match(sent.text, /waiting for ben, who will see it with its next cc2cc tool call/);
  const dropped = dropMessage(sandbox, 'ben', { text: 'second' });
  const [first] = /msg-[\w-]+/.exec(sent.text)!;

  const result = await ben.call('list_agents');
  assert.match(result.text, /^You are "ben"\. Others:\n- ann: online/);
  const ids = idsIn(result);
  assert.equal(ids[0], first);
  if (ids.length === 1) ids.push(...idsIn(await ben.call('whoami'))); // the drop rang later
  assert.deepEqual(ids, [first, dropped]);

  for (const tool of ['whoami', 'list_agents', 'check_inbox']) {
    const again = await ben.call(tool);
    assert.deepEqual(idsIn(again), []);
    assert.doesNotMatch(again.text, /first|second/);
  }
  await until(() => listDone(sandbox, 'ben').length === 2, 'both in done/');
  assert.deepEqual(
    ben.notifications.filter(({ method }) => method === CHANNEL_METHOD),
    [],
  );
});

test('mail rides on a result that is an error, too', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'ben', { text: 'pushed' });
  const ben = await attachSilently(sandbox, { name: 'ben' });
  const lazy = await attachAgent(sandbox, { name: 'lazy', lanes: 'tool' });
  const other = dropMessage(sandbox, 'lazy', { text: 'for the lazy' });
  const results = await until(async () => {
    const result = await lazy.call('send', { to: 'lazy', text: 'to myself' });
    assert.ok(result.isError);
    return idsIn(result).length > 0 && result;
  }, 'mail on an error');
  assert.deepEqual(idsIn(results), [other]);
  assert.match(results.text, /a message to yourself[^]*for the lazy/);
  // With an open channel nothing rides: it would be shown twice.
  await ben.waitForMessage('pushed');
  assert.deepEqual(idsIn(await ben.call('whoami')), []);
});

test('more than one result holds is read on with check_inbox, in order', async (t) => {
  const sandbox = sandboxFor(t);
  const text = 't'.repeat(10 * 1024);
  const ids = Array.from({ length: 12 }, () => dropMessage(sandbox, 'ben', { text }));
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  // The handshake's own whoami has brought the first ones.
  const first = await ben.call('whoami');
  const rode = idsIn(first);
  assert.match(first.text, /more messages wait: call check_inbox\.$/);
  const rest = await drainInbox(ben);
  const seen = [...rode, ...rest];
  assert.deepEqual(seen, ids.slice(ids.length - seen.length));
  await until(() => listDone(sandbox, 'ben').length === ids.length, 'all in done/');
});

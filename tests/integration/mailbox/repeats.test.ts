/** A model that says the same thing again is told so; what only looks like it passes. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { RATE_BURST } from '../../../protocol/limits.js';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropSigned, listInbox, mailboxOf } from '../../support/files.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';
import { acceptedId } from '../lifecycle/support.js';
import { sandboxFor } from './support/inbox.js';

async function pair(t: TestContext, extras: Extras): Promise<[Sandbox, Agent, Agent]> {
  const sandbox = sandboxFor(t, extras);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  return [sandbox, ann, ben];
}

test('the same text again is refused: when and as what it was sent, and what to do', async (t) => {
  const [sandbox, ann] = await pair(t, { CC2CC_REPEAT_SECONDS: '60' });
  const id = acceptedId(await ann.call('send', { to: 'ben', text: 'are you there?' }));
  const again = await ann.call('send', { to: 'ben', text: 'are you there?', type: 'task' });
  assert.ok(again.isError);
  assert.match(
    again.text,
    new RegExp(
      `^You sent ben the same text \\d+ s ago, as ${id}: it is not sent again\\. Wait for an answer, or say something new; message_status`,
    ),
  );
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${id}.json`]);
  acceptedId(await ann.call('send', { to: 'ben', text: 'are you there, ben?' }));
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  acceptedId(await ann.call('send', { to: cat.name, text: 'are you there?' }));
});

test('of many at once one is sent', async (t) => {
  const [sandbox, ann] = await pair(t, { CC2CC_REPEAT_SECONDS: '60' });
  const calls = Array.from({ length: 10 }, () => ann.call('send', { to: 'ben', text: 'now' }));
  const results = await Promise.all(calls);
  const [id, ...others] = results.filter(({ isError }) => !isError).map(acceptedId);
  assert.deepEqual(others, []);
  for (const { text } of results.filter(({ isError }) => isError)) {
    assert.ok(text.includes(` as ${id}: it is not sent `), text);
  }
  assert.equal(listInbox(sandbox, 'ben').length, 1);
});

test('when the time is over the same text is news', async (t) => {
  const [sandbox, ann] = await pair(t, { CC2CC_REPEAT_SECONDS: '0.5' });
  acceptedId(await ann.call('send', { to: 'ben', text: 'still true' }));
  await until(
    async () => !(await ann.call('send', { to: 'ben', text: 'still true' })).isError,
    'a time at which it is taken',
  );
  assert.equal(listInbox(sandbox, 'ben').length, 2);
});

test('the same answer to two messages is none, to one message it is', async (t) => {
  const [sandbox, ann] = await pair(t, { CC2CC_REPEAT_SECONDS: '60' });
  await awake(ann);
  const ids = ['first?', 'second?'].map((text) =>
    dropSigned(sandbox, 'ann', { from: 'ben', text }),
  );
  await ann.waitForMessage('second?');
  for (const id of ids) {
    const { isError, text } = await ann.call('reply', { msg_id: id, text: 'yes' });
    assert.ok(!isError, text);
  }
  const again = await ann.call('reply', { msg_id: ids[0], text: 'yes' });
  assert.ok(again.isError);
  assert.match(again.text, /the same text/);
  acceptedId(await ann.call('send', { to: 'ben', text: 'yes' }));
});

test('a repetition costs nothing of the rate, and what the rate refused is no repetition', async (t) => {
  const [, ann] = await pair(t, { CC2CC_REPEAT_SECONDS: '60', CC2CC_RATE: '1' });
  const send = (text: string): ReturnType<Agent['call']> => ann.call('send', { to: 'ben', text });
  for (let i = 0; i < RATE_BURST - 1; i += 1) acceptedId(await send(`number ${i}`));
  for (let i = 0; i < RATE_BURST - 1; i += 1)
    assert.match((await send(`number ${i}`)).text, /same text/);
  acceptedId(await send('the last of the burst'));
  for (let i = 0; i < 2; i += 1) {
    assert.match((await send('too much')).text, /^Too many messages from ann to ben/);
  }
});

test('what could not be stored, or had no room, may be sent again', async (t) => {
  const [sandbox, ann, ben] = await pair(t, {
    CC2CC_REPEAT_SECONDS: '60',
    CC2CC_MAX_INBOX: '1',
  });
  await ben.close();
  const { tmp } = mailboxOf(sandbox, 'ben');
  rmSync(tmp, { recursive: true });
  writeFileSync(tmp, 'no folder');
  const failed = await ann.call('send', { to: 'ben', text: 'once more' });
  assert.match(failed.text, /^Cannot .*ENOTDIR/);
  rmSync(tmp);
  const id = acceptedId(await ann.call('send', { to: 'ben', text: 'once more' }));
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${id}.json`]);

  assert.match((await ann.call('send', { to: 'ben', text: 'later' })).text, /inbox is full/);
  const again = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await again.call('check_inbox');
  await until(() => listInbox(sandbox, 'ben').length === 0, 'an empty inbox');
  acceptedId(await ann.call('send', { to: 'ben', text: 'later' }));
});

test('answers too many a minute are refused with the reason and the time to wait', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_RATE: '6' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  await ann.call('send', { to: 'ben', text: 'what do you see?' });
  const [id] = idsOf(await ben.waitForMessage('what do you see?'));
  const calls = Array.from({ length: RATE_BURST + 1 }, (_, n) =>
    ben.call('reply', { msg_id: id, text: `I see ${n}` }),
  );
  const refused = (await Promise.all(calls)).filter(({ isError }) => isError);
  assert.equal(refused.length, 1);
  assert.match(
    refused[0]!.text,
    /^Too many messages from ben to ann, more than 6 a minute: this one was not sent\. Send again in ([1-9]|10) s, or put several into one\. If the two of you only answer each other, stop\.$/,
  );
});

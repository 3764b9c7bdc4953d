import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RATE_BURST } from '../../../protocol/limits.js';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, dropSigned, listInbox } from '../../support/files.js';
import { drainInbox, pushedIds, sandboxFor } from './support/inbox.js';

test('after a burst the sender is told to wait; others and files are not', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_RATE: '60' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  // At once, so that the second in which the next one is due does not pass meanwhile.
  const results = await Promise.all(
    Array.from({ length: RATE_BURST + 5 }, (_, i) => ann.call('send', { to: 'ben', text: `${i}` })),
  );
  const refused = results.filter(({ isError }) => isError);
  const accepted = results.length - refused.length;
  assert.ok(accepted >= RATE_BURST && accepted <= RATE_BURST + 4, `${accepted}`);
  assert.ok(!results[RATE_BURST - 1]!.isError);
  for (const { text } of refused) {
    assert.match(text, /Too many messages from ann to ben.* Send again in \d+ s/);
  }
  await until(() => pushedIds(ben).length === accepted, 'the accepted ones');
  assert.ok(!(await ben.call('send', { to: 'ann', text: 'the other way' })).isError);
  const dropped = Array.from({ length: 40 }, () => dropSigned(sandbox, 'ben', { from: 'ann' }));
  const got = await until(async () => {
    const all = [...pushedIds(ben), ...(await drainInbox(ben))];
    return dropped.every((id) => all.includes(id)) && all;
  }, 'files are not refused');
  assert.ok(got.length >= accepted + dropped.length);
});

test('a full inbox refuses and says so, until something has been read', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_MAX_INBOX: '3' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  for (const [name, lanes] of [
    ['ben', 'tool'],
    ['cat', 'channel'],
  ] as const) {
    const agent = await attachAgent(sandbox, { name, lanes });
    if (lanes === 'channel') await awake(agent);
    for (let i = 0; i < 3; i += 1) {
      assert.ok(!(await ann.call('send', { to: name, text: `${i}` })).isError);
    }
    const refused = await ann.call('send', { to: name, text: 'one too many' });
    assert.ok(refused.isError);
    assert.match(refused.text, new RegExp(`${name}'s inbox is full: 3 messages wait in it\\.`));
    assert.equal(listInbox(sandbox, name).length, 3);
    await agent.call('check_inbox');
    await until(() => listInbox(sandbox, name).length === 0, 'an empty inbox');
    assert.ok(!(await ann.call('send', { to: name, text: 'now there is room' })).isError);
  }
});

test('the limit holds for an agent that is away, and a broadcast tells who got nothing', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_MAX_INBOX: '1' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  dropMessage(sandbox, 'away', { text: 'it is full' });
  assert.match((await ann.call('send', { to: 'away', text: 'x' })).text, /away's inbox is full/);
  await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await ann.call('send', { to: 'ben', text: 'fills it' });
  const { text } = await ann.call('broadcast', { text: 'news' });
  assert.match(text, /^Accepted for 1 of 2 agents:/);
  assert.match(text, /- ben: not sent\. ben's inbox is full/);
  assert.match(text, /- msg-[\w-]+: .*cat/);
});

test('many sends at once do not overrun an inbox, whether its agent is there or away', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_MAX_INBOX: '3' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await cat.close();
  await until(async () => /cat: away/.test((await ann.call('list_agents')).text), 'cat away');
  for (const to of ['ben', 'cat']) {
    const sends = Array.from({ length: 20 }, (_, i) => ann.call('send', { to, text: `${i}` }));
    const accepted = (await Promise.all(sends)).filter(({ isError }) => !isError);
    assert.equal(accepted.length, 3, to);
    assert.equal(listInbox(sandbox, to).length, 3, to);
  }
});

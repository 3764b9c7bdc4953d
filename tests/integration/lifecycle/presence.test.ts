/** Who is told that others come and go. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ChannelPush } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { goodHello, RawConnection, sessionFacts } from '../connections/support.js';
import { daemonCommand, killDaemon, successor } from './support.js';

async function two(t: TestContext, second: Extras = {}): Promise<[Sandbox, Agent, Agent]> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', env: second });
  await Promise.all([awake(ann), awake(ben)]);
  return [sandbox, ann, ben];
}

/** What a session was told of others, in order. */
function told(agent: Agent): string[] {
  return agent.channel
    .filter(({ meta }) => meta['type'] === 'status' && /joined|left/.test(meta['event'] ?? ''))
    .map(({ content }) => content);
}

test('a session is greeted with who is online, and then told who joins and who leaves', async (t) => {
  const [sandbox, ann, ben] = await two(t);
  assert.equal(ann.channel[0]?.content, 'You are "ann". Online: nobody else yet.');
  assert.equal(ben.channel[0]?.content, 'You are "ben". Online: ann.');
  await ann.waitForMessage('ben joined');
  const col = await attachAgent(sandbox, { name: 'col' });
  const joined = await ben.waitForMessage('col joined');
  assert.deepEqual(joined.meta, { type: 'status', event: 'joined' });
  await ann.waitForMessage('col joined');
  await col.close();
  const left = await ann.waitForMessage('col left');
  assert.deepEqual(left.meta, { type: 'status', event: 'left' });
  await ben.waitForMessage('col left');
  assert.deepEqual(told(ann), ['ben joined', 'col joined', 'col left']);
  // Who was named in the greeting is no news.
  assert.deepEqual(told(ben), ['col joined', 'col left']);
});

test('many who join at once are one notice, and so are many who leave', async (t) => {
  const [sandbox, ann] = await two(t);
  await ann.waitForMessage('ben joined');
  const names = ['col', 'dan', 'eve', 'fay'];
  const crowd = await Promise.all(names.map(() => RawConnection.open(sandbox)));
  const hellos = names.map((name) => goodHello(sandbox, sessionFacts(name)));
  await Promise.all(crowd.map((one, i) => one.greet(hellos[i]!)));
  const joined = await ann.waitForMessage('fay');
  for (const { socket } of crowd) socket.destroy();
  const left = await ann.waitForMessage(' left');
  const namesIn = ({ content }: ChannelPush): string[] =>
    content.match(/\b[a-z]{3}(?=,| joined| left)/g)!.sort();
  assert.deepEqual([namesIn(joined), namesIn(left)], [names, names]);
  assert.equal(told(ann).length, 3, told(ann).join('; '));
});

test('CC2CC_PRESENCE=off keeps the notices away, and nothing else', async (t) => {
  const [sandbox, ann, ben] = await two(t, { CC2CC_PRESENCE: 'off' });
  const col = await attachAgent(sandbox, { name: 'col' });
  await ann.waitForMessage('col joined');
  await col.close();
  await ann.waitForMessage('col left');
  await ann.call('send', { to: 'ben', text: 'mail all the same' });
  await ben.waitForMessage('mail all the same');
  assert.deepEqual(told(ben), []);
});

for (const [what, replace] of [
  ['a killed daemon', async (sandbox: Sandbox) => successor(sandbox, killDaemon(sandbox))],
  ['a restart', async (sandbox: Sandbox) => daemonCommand(sandbox, ['restart'])],
] as const) {
  test(`${what} is nothing that sessions are told of`, async (t) => {
    const [sandbox, ann, ben] = await two(t);
    await ann.waitForMessage('ben joined');
    await replace(sandbox);
    assert.deepEqual([await nameOf(ann), await nameOf(ben)], ['ann', 'ben']);
    // What the restart might have raised would come before this, or with it.
    await attachAgent(sandbox, { name: 'zoe' });
    await ann.waitForMessage('zoe joined');
    await ben.waitForMessage('zoe joined');
    assert.deepEqual(told(ann), ['ben joined', 'zoe joined']);
    assert.deepEqual(told(ben), ['zoe joined']);
    const greetings = [ann, ben].map(
      ({ channel }) => channel.filter(({ content }) => content.startsWith('You are ')).length,
    );
    assert.deepEqual(greetings, [1, 1], 'nor are they greeted again');
  });
}

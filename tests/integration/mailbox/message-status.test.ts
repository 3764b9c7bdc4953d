/** What a sender is told of its message at each moment, also by the next daemon. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reportMessage } from '../../../mail/message-report.js';
import { mailboxPaths } from '../../../protocol/paths.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { daemonPid, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage } from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { annAndBen, attachSilently, idOf, repeatedIn, sandboxFor } from './support/inbox.js';

const statusOf = async (agent: Agent, id: string): Promise<string> =>
  (await agent.call('message_status', { msg_id: id })).text;

async function crash(sandbox: Sandbox, ...agents: Agent[]): Promise<void> {
  signal(daemonPid(sandbox)!, 'SIGKILL');
  for (const agent of agents) await agent.call('whoami');
}

test('accepted, seen by a tool result, with a receipt', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'tool');
  const id = idOf(await ann.call('send', { to: 'ben', text: 'hello' }));
  assert.match(
    await statusOf(ann, id),
    /waits in ben's inbox; it has not been handed to a session/,
  );
  await ben.call('check_inbox');
  await until(() => reportMessage(sandbox.root, id).state === 'seen', 'seen');
  assert.match(await statusOf(ann, id), /was seen by ben at .* \(evidence: tool result\)\.$/);
  const receipt = join(mailboxPaths(sandbox.root, 'ben').receipts, `${id}.receipt.json`);
  await until(() => statSync(receipt, { throwIfNoEntry: false }) !== undefined, 'receipt');
  const { msg_id: about, delivered_to: to, evidence } = JSON.parse(readFileSync(receipt, 'utf8'));
  assert.deepEqual([about, to, evidence], [id, 'ben', 'tool result']);
});

test('pushed is not seen; a reply is evidence; both are known to the next daemon', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'channel');
  const sent = await ann.call('send', { to: 'ben', text: 'hello' });
  const id = idOf(sent);
  assert.match(sent.text, /handed to ben's session/);
  await ben.waitForMessage('hello');
  const pushed =
    /was handed to ben's session at .* \(channel\); nothing shows yet that ben has seen it/;
  assert.match(await statusOf(ann, id), pushed);
  await crash(sandbox, ann, ben);
  assert.match(await statusOf(ann, id), pushed);
  await ben.call('reply', { msg_id: id, text: 'yes' });
  const seen = /was seen by ben .* \(evidence: reply\)/;
  await until(async () => seen.test(await statusOf(ann, id)), 'seen');
  await crash(sandbox, ann, ben);
  assert.match(await statusOf(ann, id), seen);
});

test('what another session was pushed before a crash is offered with a warning', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'channel');
  const id = idOf(await ann.call('send', { to: 'ben', text: 'hello' }));
  await ben.waitForMessage('hello');
  const gone = ben.close();
  signal(daemonPid(sandbox)!, 'SIGKILL');
  await gone;
  const next = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  // On the result of whoami, by which it learned its name; or now.
  const again = await next.call('check_inbox');
  const texts = [...next.lines, again.text].join('\n');
  assert.match(texts, /possibly repeated/);
  assert.match(texts, new RegExp(id));
});

test('what was pushed to a session that stays is not offered again by the next daemon', async (t) => {
  const { sandbox, ann, ben } = await annAndBen(t, 'channel');
  await ann.call('send', { to: 'ben', text: 'once' });
  await ben.waitForMessage('once');
  await crash(sandbox, ann, ben);
  await ann.call('send', { to: 'ben', text: 'twice' });
  await ben.waitForMessage('twice');
  assert.equal(ben.channel.filter(({ content }) => content.includes('once')).length, 1);
  assert.equal(repeatedIn(await ben.call('check_inbox')).length, 2);
});

test('expired and rejected messages say so', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_TTL: '1', CC2CC_SWEEP_MS: '100' });
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const id = idOf(await ann.call('send', { to: 'ben', text: 'too late' }));
  await until(() => reportMessage(sandbox.root, id).state === 'expired', 'expired', 20_000);
  assert.match(await statusOf(ann, id), /expired at .* without a sign that ben saw it/);
  await ben.close();
  const bad = dropMessage(sandbox, 'ann', { text: 'hello', priority: 'urgent' as 'high' });
  // The reason is written under another name first, so a file there is not enough.
  await until(() => reportMessage(sandbox.root, bad).state === 'rejected', 'rejected');
  const report = reportMessage(sandbox.root, bad);
  assert.match(report.reason ?? '', /priority/);
});

test('of messages between others, and of none, nothing is told', async (t) => {
  const { sandbox, ann } = await annAndBen(t, 'tool');
  const id = idOf(await ann.call('send', { to: 'ben', text: 'between us' }));
  const cat = await attachSilently(sandbox, { name: 'cat' });
  for (const wanted of [id, 'msg-nobody', '../../secret.key', 'x'.repeat(1000)]) {
    const { text, isError } = await cat.call('message_status', { msg_id: wanted });
    assert.equal(isError, true, wanted);
    assert.match(text, /neither sent nor got/);
  }
});

test('a renamed sender and a renamed recipient still know the message', async (t) => {
  const { ann, ben } = await annAndBen(t, 'tool');
  const id = idOf(await ann.call('send', { to: 'ben', text: 'hello' }));
  await ann.call('register', { name: 'anna' });
  await ben.call('register', { name: 'benno' });
  assert.match(await statusOf(ann, id), /benno/);
});

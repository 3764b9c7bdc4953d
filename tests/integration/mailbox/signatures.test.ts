import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Keyring } from '../../../mail/keyring.js';
import { checkSignature } from '../../../mail/signing.js';
import { createMessage, encodeMessage, type Message } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { attachAgent } from '../../support/agents.js';
import { readMessages, rejectionReasons, stageBytes } from '../../support/files.js';
import { until } from '../../support/events.js';
import { idsIn, idOf, sandboxFor } from './support/inbox.js';

const text = (body: string): Message =>
  createMessage({ id: newMessageId(), from: 'script', to: 'ben', text: body });

test('what the daemon writes is signed, and says so to its reader', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const sent = await ann.call('send', { to: 'ben', text: 'hello' });
  const [message] = readMessages(sandbox, 'ben', 'inbox');
  const key = readFileSync(join(sandbox.root, 'secret.key'), 'utf8').trim();
  assert.equal(checkSignature(message!, [key]), 'verified');
  const read = await ben.call('check_inbox');
  assert.match(
    read.text,
    new RegExp(`^\\[${idOf(sent)}\\] from ann, message, sent .*, verified$`, 'm'),
  );
});

/** Per policy: which of a verified, an unsigned and a forged message are shown, and how. */
const POLICIES: Record<string, { shown: RegExp[]; rejected: RegExp[] }> = {
  accept: { shown: [/, verified$/, /, unsigned$/, /, SIGNATURE INVALID$/], rejected: [] },
  flag: { shown: [/, verified$/, /, unsigned$/], rejected: [/signature is invalid/] },
  require: { shown: [/, verified$/], rejected: [/signature is invalid/, /unsigned/] },
};
for (const [policy, { shown, rejected }] of Object.entries(POLICIES)) {
  test(`signatures with the policy ${policy}`, async (t) => {
    const sandbox = sandboxFor(t, { CC2CC_SIGNATURES: policy });
    const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
    const keys = new Keyring(sandbox.root);
    const drop = (message: Message): void => {
      stageBytes(sandbox, 'ben', message.id, encodeMessage(message)).drop();
    };
    const signed = keys.seal(text('signed'));
    const plain = text('unsigned');
    const forged = { ...keys.seal(text('forged')), priority: 'critical' as const };
    drop(signed);
    drop(plain);
    drop(forged);
    await until(() => rejectionReasons(sandbox).length === rejected.length, 'rejections');
    const read = await ben.call('check_inbox');
    assert.equal(idsIn(read).length, shown.length);
    const headers = read.text.match(/^\[msg-.*$/gm) ?? [];
    for (const [n, pattern] of shown.entries()) assert.match(headers[n]!, pattern);
    const reasons = rejectionReasons(sandbox).sort();
    for (const [n, pattern] of rejected.entries()) assert.match(reasons[n]!, pattern);
  });
}

test('a message that waits is good after a rotation of the key under a running daemon', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const before = await ann.call('send', { to: 'ben', text: 'before' });
  const keys = new Keyring(sandbox.root);
  keys.rotate(Date.now() + 3_600_000);
  const { id, ...rest } = keys.seal(text('by the new key'));
  stageBytes(sandbox, 'ben', id, encodeMessage({ id, ...rest })).drop();
  const after = await ann.call('send', { to: 'ben', text: 'after' });
  const read = await until(async () => {
    const result = await ben.call('check_inbox');
    return result.text.includes('by the new key') ? result : undefined;
  }, 'the message that is signed by the new key');
  assert.equal(read.text.match(/, verified$/gm)?.length, 3);
  for (const sent of [before, after]) assert.ok(read.text.includes(idOf(sent)));
  assert.deepEqual(rejectionReasons(sandbox), []);
});

test('with CC2CC_ENCRYPT=1 the disk has no plain text, and the reader has', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ENCRYPT: '1' });
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await ben.waitForMessage('You are "');
  await ann.call('send', { to: 'ben', text: 'the code is swordfish' });
  await ben.waitForMessage('swordfish'); // from memory
  const [message] = readMessages(sandbox, 'ben', 'inbox');
  assert.match(message!.content.text, /^ENC:[0-9a-f]{24}:[0-9a-f]{32}:[0-9a-f]+$/);
  const read = await ben.call('check_inbox'); // from the file
  assert.match(read.text, /^> the code is swordfish$/m);
  assert.match(read.text, /, verified, possibly repeated$/m);
});

/** Expiry by the files alone. */
import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { expiredItems } from '../../../mail/cleanup/expired.js';
import { registryOf } from '../../../mail/directory.js';
import { reportMessage } from '../../../mail/message-report.js';
import type { Message } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { countsOf, Root } from './support/root.js';

const HOUR = 1 / 24;

function clean(root: Root, days: number, dryRun = false): ReturnType<Root['clean']> {
  const registry = registryOf(root.path);
  const seal = (message: Message): Message => ({ ...message, signature: 'sealed' });
  return root.clean(days, { dryRun, sources: [expiredItems({ registry, ttl: 7200, seal })] });
}

/** The notices that a sender has, wherever they are. */
function notices(root: Root, name: string): Message[] {
  const { inbox, done } = root.mailbox(name);
  return [inbox, done].flatMap((folder) =>
    readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8'))),
  );
}

test('what is due moves to done/, and its sender is told once', async (t) => {
  const root = new Root(t);
  root.mailbox('ann');
  const id = newMessageId();
  const from = 'ann';
  root.put('ben', 'inbox', { id, from, ttl: 3600 });
  const lasting = newMessageId();
  root.put('ben', 'inbox', { id: lasting, from, ttl: 0 });
  assert.deepEqual(countsOf(await clean(root, HOUR * 0.9)), {});
  assert.deepEqual(countsOf(await clean(root, HOUR * 1.1, true)), { expired: 1 });
  assert.equal(reportMessage(root.path, id).state, 'accepted');
  assert.deepEqual(countsOf(await clean(root, HOUR * 1.1)), { expired: 1 });
  assert.equal(reportMessage(root.path, id).state, 'expired');
  const [notice, ...more] = notices(root, 'ann');
  assert.deepEqual([notice?.replyTo, notice?.signature, notice?.ttl], [id, 'sealed', 7200]);
  assert.deepEqual(more, []);
  await clean(root, 10_000);
  assert.equal(reportMessage(root.path, lasting).state, 'accepted', 'a ttl of 0 is for ever');
});

test('a sender that has read the notice before the message was moved is not told again', async (t) => {
  const root = new Root(t);
  const ann = root.mailbox('ann');
  const { inbox, done } = root.mailbox('ben');
  const file = `${newMessageId()}.json`;
  root.put('ben', 'inbox', { id: file.slice(0, -5), ttl: 1 });
  await clean(root, HOUR);
  renameSync(join(done, file), join(inbox, file)); // as after a crash in between
  for (const notice of readdirSync(ann.inbox))
    renameSync(join(ann.inbox, notice), join(ann.done, notice));
  assert.deepEqual(countsOf(await clean(root, HOUR)), { expired: 1 });
  assert.equal(notices(root, 'ann').length, 1);
});

test('a replay does not take the place of what was seen, and nobody is told of it', async (t) => {
  const root = new Root(t);
  const { inbox, done } = root.mailbox('ben');
  root.mailbox('ann');
  const id = newMessageId();
  root.put('ben', 'done', { id, from: 'ann', ttl: 1 });
  root.put('ben', 'inbox', { id, from: 'ann', ttl: 1 });
  const before = lstatSync(join(done, `${id}.json`)).ino;
  assert.deepEqual(countsOf(await clean(root, HOUR)), {});
  assert.equal(lstatSync(join(done, `${id}.json`)).ino, before);
  assert.deepEqual(readdirSync(inbox), [`${id}.json`]);
  assert.deepEqual(notices(root, 'ann'), []);
});

test('a sender is told under its name of now, and a stranger not at all', async (t) => {
  const root = new Root(t);
  root.mailbox('new');
  root.card('old', 'new');
  root.put('ben', 'inbox', { id: newMessageId(), from: 'old', ttl: 1 });
  root.put('ben', 'inbox', { id: newMessageId(), from: 'stranger', ttl: 1 });
  assert.deepEqual(countsOf(await clean(root, HOUR)), { expired: 2 });
  assert.equal(notices(root, 'new').length, 1);
  assert.ok(!root.paths().some((path) => /stranger|to-old/.test(path)));
});

test('mail of somebody who lives elsewhere is left to them', async (t) => {
  const root = new Root(t);
  root.put('ben', 'inbox', { id: newMessageId(), ttl: 1 });
  const at = new Date(Date.now() + 3_600_000).toISOString();
  for (const host of [undefined, 'there']) {
    root.heartbeat('ben', { status: 'active', host, timestamp: at });
    assert.deepEqual(countsOf(await clean(root, HOUR)), {});
  }
  root.heartbeat('ben', { status: 'active', host: undefined });
  assert.deepEqual(countsOf(await clean(root, HOUR)), { expired: 1 }, 'it is dead now');
});

test('what was seen and comes again after its time is no news for its sender', async (t) => {
  const root = new Root(t);
  root.mailbox('ann');
  const id = newMessageId();
  root.put('ben', 'done', { id, ttl: 1 });
  root.put('ben', 'inbox', { id, ttl: 1 });
  await clean(root, HOUR);
  assert.deepEqual(notices(root, 'ann'), []);
});

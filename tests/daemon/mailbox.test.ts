import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deliverMessage, stageMessage } from '../../mail/deliver.js';
import { encodeMessage } from '../../protocol/envelope.js';
import { writeReceipts } from '../../mail/receipts.js';
import { MailboxBench, messageOf } from './support/mailbox-bench.js';

const ids = (items: Iterable<{ id: string }>): string[] => [...items].map(({ id }) => id);

test('what lies in the inbox is found in queue order, whatever the order of its names', async (t) => {
  const bench = new MailboxBench(t);
  const messages = [3, 1, 2].map(messageOf);
  for (const message of messages) bench.drop(`${message.id}.json`, encodeMessage(message));
  const { fresh, again } = bench.mailbox.scan();
  assert.deepEqual(ids(fresh), ids([1, 2, 3].map(messageOf)));
  assert.equal(again, false);
  assert.deepEqual(ids(bench.mailbox.waiting()), ids(fresh));
  assert.deepEqual(bench.mailbox.scan().fresh, []);
});

test('a message is known from its arrival on, and its file event finds nothing new', async (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  const staged = stageMessage(bench.paths, message.id, encodeMessage(message));
  const committed = staged.commit();
  assert.equal(bench.mailbox.arrive(message, committed), true);
  assert.equal(bench.mailbox.arrive(message, committed), false);
  const entry = bench.mailbox.entries.get(message.id);
  assert.equal(bench.mailbox.read(entry!), message);
  await committed;
  assert.deepEqual(bench.mailbox.scan([`${message.id}.json`]).fresh, []);
  await Promise.all(bench.mailbox.pending());
  assert.deepEqual(bench.mailbox.read(entry!), message);
});

test('a message that could not be stored is not known any more', async (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  const failing = Promise.reject(new Error('disk full'));
  bench.mailbox.arrive(message, failing);
  await assert.rejects(failing);
  await bench.mailbox.settle(message.id, { state: 'seen', evidence: 'reply' });
  assert.equal(bench.mailbox.entries.size, 0);
  assert.deepEqual(readdirSync(bench.paths.done), []);
});

test('settling waits until the file is there, moves it and leaves a receipt', async (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  bench.mailbox.arrive(message, deliverMessage(bench.paths, message.id, encodeMessage(message)));
  await bench.mailbox.settle(message.id, { state: 'seen', evidence: 'reply' });
  assert.deepEqual(readdirSync(bench.paths.inbox), []);
  assert.deepEqual(readdirSync(bench.paths.done), [`${message.id}.json`]);
  writeReceipts(); // they wait for a quiet moment
  const receipt = join(bench.paths.receipts, `${message.id}.receipt.json`);
  const { msg_id: id, delivered_to: to, evidence } = JSON.parse(readFileSync(receipt, 'utf8'));
  assert.deepEqual([id, to, evidence], [message.id, 'ben', 'reply']);
});

test('what expired leaves no receipt', async (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  await bench.mailbox.settle(id, { state: 'expired' });
  assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
  assert.deepEqual(readdirSync(bench.paths.receipts), []);
});

test('a file of another name is taken in under its id; a second one and a replay are refused', async (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  bench.drop('note-from-ann.json', encodeMessage(message));
  assert.deepEqual(ids(bench.mailbox.scan().fresh), [message.id]);
  assert.deepEqual(readdirSync(bench.paths.inbox), [`${message.id}.json`]);
  bench.drop('again.json', encodeMessage(message));
  assert.deepEqual(bench.mailbox.scan().fresh, []);
  assert.match(bench.reasons()[0]!, /^duplicate: /);
  await bench.mailbox.settle(message.id, { state: 'seen', evidence: 'reply' });
  bench.drop(`${message.id}.json`, encodeMessage(message));
  assert.deepEqual(bench.mailbox.scan().fresh, []);
  assert.match(bench.reasons()[1]!, /^replay: /);
  assert.deepEqual(readdirSync(bench.paths.inbox), []);
});

test('hidden files belong to their writers', (t) => {
  const bench = new MailboxBench(t);
  bench.drop('.tmp-1.json', 'not yet');
  assert.deepEqual(bench.mailbox.scan(), { fresh: [], again: false });
  assert.deepEqual(readdirSync(bench.paths.inbox), ['.tmp-1.json']);
});

test('a file that cannot be moved away does not stand in the way', (t) => {
  const bench = new MailboxBench(t);
  rmSync(bench.rejected, { recursive: true });
  bench.drop('../a-file', 'where the folder for rejected ones belongs');
  renameSync(join(bench.paths.dir, 'a-file'), bench.rejected);
  bench.drop('bad.txt', 'x');
  const { id } = bench.dropMessage(1);
  assert.deepEqual(ids(bench.mailbox.scan().fresh), [id]);
  assert.ok(existsSync(join(bench.paths.inbox, 'bad.txt')));
  assert.deepEqual(bench.mailbox.scan(), { fresh: [], again: false });
});

test('a mailbox that was removed is made again', (t) => {
  const bench = new MailboxBench(t);
  rmSync(bench.paths.dir, { recursive: true });
  assert.deepEqual(bench.mailbox.scan().fresh, []);
  const { id } = bench.dropMessage(1);
  assert.deepEqual(ids(bench.mailbox.scan().fresh), [id]);
});

test('a message that was taken away by hand is forgotten when it is to be read', (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const entry = bench.mailbox.entries.get(id)!;
  entry.message = undefined;
  rmSync(join(bench.paths.inbox, `${id}.json`));
  mkdirSync(join(bench.paths.inbox, `${id}.json`));
  assert.equal(bench.mailbox.read(entry), undefined);
  assert.deepEqual(bench.mailbox.waiting(), []);
  bench.mailbox.scan();
  assert.match(bench.reasons()[0]!, /not a regular file/);
});

test('a message that a crash left in inbox/ and done/ as one file waits again, and is no replay', (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  const file = `${message.id}.json`;
  bench.drop(file, encodeMessage(message));
  // Taking a message back links it into the inbox and then removes it from done/.
  linkSync(join(bench.paths.inbox, file), join(bench.paths.done, file));
  assert.deepEqual(ids(bench.mailbox.scan().fresh), [message.id]);
  assert.deepEqual(readdirSync(bench.paths.inbox), [file]);
  assert.deepEqual(readdirSync(bench.paths.done), []);
  assert.deepEqual(bench.reasons(), []);
});

test('a result that was thrown away: what was pushed before may be a repetition, for the next daemon too', async (t) => {
  for (const isSettled of [false, true]) {
    for (const wasPushed of [false, true]) {
      const bench = new MailboxBench(t);
      const { id } = bench.dropMessage(1);
      bench.mailbox.scan();
      const entry = bench.mailbox.entries.get(id)!;
      if (wasPushed) bench.mailbox.markPushed(entry, 'socket');
      bench.mailbox.markPushed(entry, 'tool');
      if (isSettled) {
        await bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
        assert.equal(bench.mailbox.unsettle(id), true);
        bench.mailbox.scan();
      } else bench.mailbox.markDropped(entry);
      const waiting = (): boolean[] => bench.mailbox.waiting().map(({ repeated }) => repeated);
      assert.deepEqual(waiting(), [wasPushed], `settled: ${isSettled}`);
      bench.open({}).scan();
      assert.deepEqual(waiting(), [wasPushed], `settled: ${isSettled}, next daemon`);
    }
  }
});

test('a message that another sign says was seen is not taken back with a result', async (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const entry = bench.mailbox.entries.get(id)!;
  bench.mailbox.markPushed(entry, 'socket');
  await bench.mailbox.settle(id, { state: 'seen', evidence: 'transcript' });
  assert.equal(bench.mailbox.unsettle(id), false);
  assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
  assert.deepEqual(readdirSync(bench.paths.inbox), []);
});

test('what was seen and cannot be moved is not shown again, and moved as soon as that is possible', async (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const entry = bench.mailbox.entries.get(id)!;
  bench.mailbox.markPushed(entry, 'tool');
  renameSync(bench.paths.done, `${bench.paths.done}.away`);
  writeFileSync(bench.paths.done, 'in the way');
  await bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
  assert.equal(entry.taken, true);
  bench.mailbox.scan();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([...bench.mailbox.entries.keys()], [id]);
  rmSync(bench.paths.done);
  renameSync(`${bench.paths.done}.away`, bench.paths.done);
  bench.mailbox.scan();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([...bench.mailbox.entries.keys()], []);
  assert.deepEqual(readdirSync(bench.paths.done), [`${id}.json`]);
});

test('a message that was being taken back when the daemon died waits again', async (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  const [entry] = bench.mailbox.waiting();
  bench.mailbox.markPushed(entry!, 'tool');
  await bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
  bench.mailbox.unsettle(id);
  // The line was written, the file not moved yet.
  renameSync(join(bench.paths.inbox, `${id}.json`), join(bench.paths.done, `${id}.json`));
  const { fresh } = bench.open({}).scan();
  assert.deepEqual(ids(fresh), [id]);
});

test('what a file says when it is shown decides, not what it said when it was found', async (t) => {
  const bench = new MailboxBench(t);
  const sealed = bench.gate.keys.seal(messageOf(1));
  const path = join(bench.paths.inbox, `${sealed.id}.json`);
  const committed = deliverMessage(bench.paths, sealed.id, encodeMessage(sealed));
  bench.mailbox.arrive(sealed, committed);
  await committed;
  await Promise.all(bench.mailbox.pending());
  const entry = bench.mailbox.entries.get(sealed.id)!;
  const { signature, ...unsigned } = sealed;
  assert.ok(signature);
  writeFileSync(path, encodeMessage({ ...unsigned, content: { text: 'exchanged', parts: [] } }));
  assert.equal(bench.mailbox.read(entry)?.content.text, 'exchanged');
  assert.equal(entry.signature, 'unsigned');
  writeFileSync(path, encodeMessage(bench.gate.keys.seal({ ...sealed, id: messageOf(2).id })));
  assert.equal(
    bench.mailbox.read(entry),
    undefined,
    'a message of another id is not shown as this',
  );
});

test('a message that cannot be checked for the moment stays where it is', async (t) => {
  const bench = new MailboxBench(t);
  const sealed = bench.gate.keys.seal(messageOf(1));
  bench.drop(`${sealed.id}.json`, encodeMessage({ ...sealed, priority: 'high' }));
  bench.gate.policy = 'accept';
  const [entry] = bench.mailbox.scan().fresh;
  entry!.message = undefined;
  const key = join(bench.paths.dir, '..', 'secret.key');
  const kept = readFileSync(key);
  writeFileSync(key, '');
  assert.equal(bench.mailbox.read(entry!), undefined);
  assert.equal(bench.mailbox.entries.size, 1);
  writeFileSync(key, kept);
  assert.equal(bench.mailbox.read(entry!)?.priority, 'high');
});

test('a replay of what the journal knows as seen does not take the place of it in done/', async (t) => {
  const bench = new MailboxBench(t);
  const { id } = bench.dropMessage(1);
  bench.mailbox.scan();
  await bench.mailbox.settle(id, { state: 'seen', evidence: 'reply' });
  const seen = readFileSync(join(bench.paths.done, `${id}.json`), 'utf8');
  bench.drop(
    `${id}.json`,
    encodeMessage({ ...messageOf(1), content: { text: 'forged', parts: [] } }),
  );
  bench.open({}).scan();
  assert.equal(readFileSync(join(bench.paths.done, `${id}.json`), 'utf8'), seen);
  assert.match(bench.reasons()[0]!, /^replay/);
});

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
import { setImmediate as turn } from 'node:timers/promises';
import { deliverMessage, stageMessage } from '../../mail/deliver.js';
import { encodeMessage } from '../../protocol/envelope.js';
import { appendJournal } from '../../mail/delivery.js';
import { writeReceipts } from '../../mail/receipts.js';
import { unsettleFile } from '../../mail/settle.js';
import { until } from '../support/events.js';
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

test('a folder in which nothing has come or gone need not be read again; any change is seen', async (t) => {
  const bench = new MailboxBench(t);
  const { mailbox, paths } = bench;
  const first = bench.dropMessage(1);
  const path = join(paths.inbox, `${first.id}.json`);
  const isRead = (): Promise<unknown> =>
    until(
      () => {
        mailbox.scan();
        return mailbox.isScanned;
      },
      'folder whose last change is old enough',
      10_000,
    );
  mailbox.scan();
  assert.ok(!mailbox.isScanned, 'what has just changed may change again in the same moment');
  await isRead();
  bench.dropMessage(2);
  assert.ok(!mailbox.isScanned, 'a file has come');
  await isRead();
  // In place: the folder does not tell, but who reads the file sees it.
  writeFileSync(path, encodeMessage(messageOf(7)));
  assert.ok(mailbox.isScanned);
  const entry = mailbox.entries.get(first.id)!;
  entry.message = undefined; // as after it was offered
  assert.equal(mailbox.read(entry), undefined);
  assert.ok(!mailbox.isScanned, 'a file is not what it was');
  mailbox.scan();
  assert.ok(!existsSync(path), 'it is rejected');
  await isRead();
  rmSync(paths.inbox, { recursive: true });
  assert.ok(!mailbox.isScanned, 'the folder has gone');
  mailbox.scan();
  assert.ok(existsSync(paths.inbox), 'and is there again');
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

test('a message that was handed over before a crash is seen once it is in the inbox, once', async (t) => {
  const bench = new MailboxBench(t);
  const message = messageOf(1);
  const before = new Promise(() => undefined); // its daemon is killed before that
  bench.mailbox.arrive(message, before);
  bench.mailbox.markPushed(bench.mailbox.entries.get(message.id)!, 'tool');
  const next = bench.open({ given: [message.id] });
  // The sender asks again. The shim has handed the first result to its client.
  const staged = stageMessage(bench.paths, message.id, encodeMessage(message));
  let go!: () => void;
  const committed = new Promise<void>((resolve) => (go = resolve)).then(() => staged.commit());
  next.arrive(message, committed);
  for (let turns = 0; turns < 5; turns += 1) await turn();
  next.flush();
  const lines = (): string[] =>
    readFileSync(bench.paths.journal, 'utf8')
      .split('\n')
      .flatMap((line) => /"event":"(\w+)"/.exec(line)?.[1] ?? []);
  assert.deepEqual(lines(), ['pushed'], 'nothing is seen that is not there');
  go();
  await committed;
  await until(() => existsSync(join(bench.paths.done, `${message.id}.json`)), 'message in done/');
  next.scan();
  await turn();
  assert.deepEqual(lines(), ['pushed', 'seen']);
  assert.deepEqual(readdirSync(bench.paths.inbox), []);
});

test('what was taken back has no receipt, whenever the daemon is killed', async (t) => {
  for (const isMoved of [false, true]) {
    const bench = new MailboxBench(t);
    const { id } = bench.dropMessage(1);
    bench.mailbox.scan();
    bench.mailbox.markPushed(bench.mailbox.entries.get(id)!, 'tool');
    await bench.mailbox.settle(id, { state: 'seen', evidence: 'tool result' });
    writeReceipts();
    assert.equal(readdirSync(bench.paths.receipts).length, 1);
    bench.mailbox.flush();
    const line = { id, at: new Date().toISOString(), event: 'dropped' } as const;
    appendJournal(bench.paths.journal, [line]); // and there the daemon was killed, or right after this
    if (isMoved) unsettleFile(bench.paths, id);
    assert.deepEqual(ids(bench.open({}).scan().fresh), [id]);
    assert.deepEqual(readdirSync(bench.paths.receipts), []);
  }
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

test('of very much the oldest is read first, and nothing overtakes what was not read yet', async (t) => {
  const bench = new MailboxBench(t);
  bench.open({}, 2);
  for (const n of [5, 1, 9, 3, 7]) bench.dropMessage(n);
  const { mailbox } = bench;
  assert.deepEqual(ids(mailbox.scan().fresh), ids([1, 3].map(messageOf)));
  assert.deepEqual([mailbox.size, mailbox.unread], [5, 3]);
  assert.ok(mailbox.has(messageOf(9).id) && !mailbox.has(messageOf(4).id));
  // One that comes through the daemon, sent before what lies unread.
  const { paths } = bench;
  for (const n of [4, 8]) {
    const message = messageOf(n);
    const committed = deliverMessage(paths, message.id, encodeMessage(message));
    assert.equal(mailbox.arrive(message, committed), true);
    await committed;
  }
  assert.deepEqual(ids(mailbox.waiting()), ids([1, 3, 4].map(messageOf)));
  // One that is asked for is read, and is before none that may come in between.
  assert.equal(mailbox.get(messageOf(7).id)?.id, messageOf(7).id);
  assert.deepEqual(ids(mailbox.waiting()), ids([1, 3, 4].map(messageOf)));
  assert.deepEqual(ids(mailbox.readOn().fresh), ids([5, 9].map(messageOf)));
  assert.deepEqual(ids(mailbox.waiting()), ids([1, 3, 4, 5, 7, 8, 9].map(messageOf)));
  assert.deepEqual([mailbox.size, mailbox.unread], [7, 0]);
  assert.deepEqual(mailbox.scan().fresh, []);
});

test('while names that tell no time are read, nothing is handed over', (t) => {
  const bench = new MailboxBench(t);
  bench.open({}, 2);
  for (const n of [1, 2]) bench.dropMessage(n);
  for (const n of [3, 4, 5]) {
    const id = `msg-by-hand-${n}`;
    bench.drop(
      `${id}.json`,
      encodeMessage({ ...messageOf(n), id, timestamp: '2020-01-01T00:00:00Z' }),
    );
  }
  assert.equal(bench.mailbox.scan().fresh.length, 2);
  assert.deepEqual(bench.mailbox.waiting(), []);
  assert.equal(bench.mailbox.readOn().fresh.length, 2);
  assert.equal(bench.mailbox.waiting().length, 4);
  assert.deepEqual(ids(bench.mailbox.readOn().fresh), [messageOf(2).id]);
  assert.equal(bench.mailbox.waiting().length, 5);
});

test('what the shim or the journal knows is read at once, however much lies before it', (t) => {
  const bench = new MailboxBench(t);
  for (const n of [1, 2, 3, 4, 5, 6]) bench.dropMessage(n);
  bench.mailbox.scan();
  bench.mailbox.markPushed(bench.mailbox.get(messageOf(5).id)!, 'channel');
  bench.open({ given: [messageOf(6).id] }, 2);
  bench.mailbox.scan();
  assert.ok(bench.mailbox.entries.has(messageOf(5).id));
  assert.deepEqual(ids(bench.mailbox.unconfirmed()), [messageOf(6).id]);
  assert.equal(bench.mailbox.get(messageOf(5).id)?.repeated, true);
  assert.equal(bench.mailbox.unread, 2);
});

test('a ring for more files than are read at once reads the oldest and leaves the others', (t) => {
  const bench = new MailboxBench(t);
  bench.open({}, 2);
  const files = [3, 1, 2].map((n) => `${bench.dropMessage(n).id}.json`);
  assert.deepEqual(ids(bench.mailbox.scan(files).fresh), ids([1, 2].map(messageOf)));
  assert.deepEqual(ids(bench.mailbox.scan([files[0]!]).fresh), [messageOf(3).id]);
  assert.equal(bench.mailbox.unread, 0);
});

test('of large files few are read at once', (t) => {
  const bench = new MailboxBench(t);
  for (const n of [1, 2, 3]) {
    const { content, ...rest } = messageOf(n);
    const text = String(n).repeat(400_000);
    bench.drop(`${rest.id}.json`, encodeMessage({ ...rest, content: { ...content, text } }));
  }
  for (const n of [1, 2, 3]) {
    const { fresh } = n === 1 ? bench.mailbox.scan() : bench.mailbox.readOn();
    assert.deepEqual(ids(fresh), [messageOf(n).id]);
    assert.equal(bench.mailbox.waiting().length, n);
  }
  assert.equal(bench.mailbox.unread, 0);
});

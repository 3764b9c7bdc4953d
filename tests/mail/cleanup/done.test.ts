/** What becomes of messages that have ended, and that their ids stay known. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { admit } from '../../../mail/admit.js';
import { appendJournal } from '../../../mail/delivery.js';
import { completeReceipt, writeReceipts } from '../../../mail/receipts.js';
import { reportMessage } from '../../../mail/message-report.js';
import { unsettleFile } from '../../../mail/settle.js';
import { createMessage, encodeMessage } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { countsOf, DAY, Root } from './support/root.js';

const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));

test('a message that ended more than keepDays ago goes with its receipt', async (t) => {
  const root = new Root(t);
  const id = newMessageId();
  const path = root.put('ben', 'done', { id });
  const receipt = root.receipt('ben', id);
  root.heartbeat('ben', { timestamp: new Date(Date.now() + 8 * DAY).toISOString() });
  assert.deepEqual(countsOf(await root.clean(6.9)), {});
  assert.ok(existsSync(path));
  const report = await root.clean(7.1);
  assert.deepEqual(countsOf(report), { done: 1 });
  assert.ok((report.kinds[0]?.bytes ?? 0) > 200);
  assert.deepEqual([path, receipt].map(existsSync), [false, false]);
  assert.deepEqual(countsOf(await root.clean(7.1)), {});
});

test('0 days keep what has ended for ever', async (t) => {
  const root = new Root(t);
  root.put('ben', 'done', { id: newMessageId() });
  root.card('ben');
  assert.deepEqual(countsOf(await root.clean(5000, { keepDays: 0 })), {});
});

/** Fields of a message in done/, and what is there 7.1 and 40 days later. */
const LIVES: [what: string, raw: Record<string, unknown>, after7: string, after40: string][] = [
  ['an hour', { ttl: 3600 }, 'gone', 'gone'],
  ['30 days', { ttl: 30 * 86400 }, 'message', 'gone'],
  [
    '30 days, by a clock that is ahead',
    { ttl: 30 * 86400, timestamp: new Date(Date.now() + 30 * 60_000).toISOString() },
    'message',
    'gone',
  ],
  ['for ever', { ttl: 0 }, 'tombstone', 'tombstone'],
  ['no ttl', { ttl: undefined }, 'gone', 'gone'],
  ['no timestamp', { timestamp: undefined }, 'tombstone', 'tombstone'],
  ['a time without zone', { timestamp: '2026-01-01T12:00:00' }, 'tombstone', 'tombstone'],
  ['too long for a date', { ttl: 1e300 }, 'tombstone', 'tombstone'],
  ['sent in 20 days', { timestamp: new Date(Date.now() + 20 * DAY) }, 'tombstone', 'gone'],
  ['sent in the year 9999', { timestamp: '9999-12-31T23:59:59Z' }, 'tombstone', 'tombstone'],
  ['of the original, with another name', { from: 'Ann' }, 'gone', 'gone'],
  ['another id', { id: 'msg-other' }, 'message', 'message'],
];
for (const [what, raw, after7, after40] of LIVES) {
  test(`a seen message whose time is ${what}: ${after7}, then ${after40}`, async (t) => {
    const root = new Root(t);
    const id = newMessageId();
    const message = createMessage({ id, from: 'ann', to: 'ben', text: 'x'.repeat(2000) });
    const text = JSON.stringify({ ...message, ...raw });
    const path = join(root.mailbox('ben').done, `${id}.json`);
    writeFileSync(path, text);
    const found = (): string => {
      if (!existsSync(path)) return 'gone';
      return read(path)['tombstone'] === true ? 'tombstone' : 'message';
    };
    await root.clean(7.1);
    assert.equal(found(), after7);
    // Files that were written meanwhile are as young as the clock of the test says.
    await root.clean(40);
    assert.equal(found(), after40);
  });
}

test('a tombstone says what it is, refuses the message, and is shown by nothing', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const id = newMessageId();
  const message = createMessage({ id, from: 'ann', to: 'ben', text: 'secret', ttl: 0 });
  writeFileSync(join(paths.done, `${id}.json`), encodeMessage(message));
  const ended = Date.now();
  await root.clean(8);
  const { at, ...rest } = read(join(paths.done, `${id}.json`));
  assert.deepEqual(rest, { id, tombstone: true });
  assert.ok(Math.abs(Date.parse(String(at)) - ended) < 5_000, String(at));
  writeFileSync(join(paths.inbox, `${id}.json`), encodeMessage(message));
  assert.match(admit(paths, message, `${id}.json`) ?? '', /^replay/);
  writeFileSync(join(paths.inbox, 'other.json'), encodeMessage(message));
  assert.match(admit(paths, message, 'other.json') ?? '', /^replay/);
});

test('nothing takes a tombstone for a message', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const id = newMessageId();
  root.put('ben', 'done', { id, ttl: 0 });
  await root.clean(8);
  assert.equal(reportMessage(root.path, id).state, 'unknown');
  completeReceipt(paths, id, 'hook');
  writeReceipts();
  unsettleFile(paths, id);
  assert.deepEqual(
    root.paths().filter((path) => path.includes(id)),
    [`to-ben/done/${id}.json`],
  );
});

test('a message that waits again, by its journal or as the same file, stays', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const [noted, linked] = [newMessageId(), newMessageId()];
  root.put('ben', 'done', { id: noted });
  linkSync(root.put('ben', 'done', { id: linked }), join(paths.inbox, `${linked}.json`));
  const at = new Date().toISOString();
  appendJournal(paths.journal, [
    { id: noted, at, event: 'pushed', lane: 'tool' },
    { id: noted, at, event: 'seen', evidence: 'tool result' },
    { id: noted, at, event: 'dropped' },
  ]);
  const before = root.paths();
  assert.deepEqual(countsOf(await root.clean(100)), {});
  assert.deepEqual(root.paths(), before);
});

test('a receipt without a message goes in its time, but not that of a message that waits', async (t) => {
  const root = new Root(t);
  const id = newMessageId();
  root.put('ben', 'inbox', { id, ttl: 0 });
  const kept = root.receipt('ben', id);
  const stray = root.receipt('ben', newMessageId());
  assert.deepEqual(countsOf(await root.clean(6)), {});
  assert.deepEqual(countsOf(await root.clean(8)), { receipt: 1 });
  assert.deepEqual([kept, stray].map(existsSync), [true, false]);
});

const isWindows = process.platform === 'win32';
test(
  'a FIFO or a device in the place of any file is waited for by nobody',
  { skip: isWindows },
  async (t) => {
    const root = new Root(t);
    const id = newMessageId();
    const kinds: [name: string, make: (path: string) => void][] = [
      ['ben', (path) => void execFileSync('mkfifo', [path])],
      ['cal', (path) => symlinkSync('/dev/zero', path)],
    ];
    for (const [name, make] of kinds) {
      root.put(name, 'done', { id });
      root.put(name, 'inbox', { id: newMessageId(), ttl: 0, from: name });
      mkdirSync(join(root.path, 'status'), { recursive: true });
      mkdirSync(join(root.path, 'agents'), { recursive: true });
      for (const file of [
        `to-${name}/journal.jsonl`,
        `to-${name}/receipts/${id}.receipt.json`,
        `to-${name}/done/${newMessageId()}.json`,
        `to-${name}/inbox/${newMessageId()}.json`,
        `to-${name}/tmp/spare.1`,
        `status/${name}-heartbeat.json`,
        `agents/${name}.json`,
      ])
        make(join(root.path, file));
    }
    assert.equal(reportMessage(root.path, id).state, 'seen');
    assert.deepEqual(countsOf(await root.clean(8)), { done: 2 });
  },
);

test('what is not of our names and forms is left alone, and no link is followed', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const elsewhere = new Root(t);
  const theirs = elsewhere.put('ben', 'done', { id: 'msg-1' });
  symlinkSync(theirs, join(paths.done, 'msg-1.json'));
  mkdirSync(join(paths.done, 'msg-2.json'));
  root.write('to-ben/done/notes.txt', 'mine');
  root.write('to-ben/done/msg-3.json', 'no JSON');
  root.write('to-ben/done/msg-4.json', '[]');
  root.write('to-ben/done/.hidden.json', '{}');
  root.write('to-ben/receipts/notes.json', '{}');
  root.write('to-Ben/done/msg-5.json', '{"id":"msg-5"}');
  mkdirSync(join(root.path, 'to-link'));
  symlinkSync(elsewhere.mailbox('ben').done, join(root.path, 'to-link', 'done'));
  symlinkSync(elsewhere.mailbox('ben').dir, join(root.path, 'to-far'));
  const before = [root.paths(), elsewhere.paths()];
  assert.deepEqual(countsOf(await root.clean(100)), {});
  assert.deepEqual([root.paths(), elsewhere.paths()], before);
});

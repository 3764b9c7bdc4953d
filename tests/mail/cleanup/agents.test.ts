/** Who is gone is forgotten; nothing that waits, and nobody who may come back to it, ever is. */
import assert from 'node:assert/strict';
import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deliverMessage } from '../../../mail/deliver.js';
import { newMessageId } from '../../../protocol/ids.js';
import { acquireLease } from '../../../protocol/lease.js';
import { thisProcess } from '../../../protocol/process-identity.js';
import { countsOf, DAY, HOST, Root } from './support/root.js';

/** Everything that an agent has. */
function agent(root: Root, name: string): void {
  root.mailbox(name);
  root.heartbeat(name);
  root.card(name);
  root.lease(name);
}

const later = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

test('mailbox, heartbeat, card and lease of somebody who is long gone go together', async (t) => {
  const root = new Root(t);
  agent(root, 'ben');
  root.put('ben', 'done', { id: newMessageId() });
  root.write('to-ben/tmp/spare.1', '');
  root.write('to-ben/journal.jsonl', '');
  const before = root.paths();
  assert.deepEqual(countsOf(await root.clean(6)), { tmp: 1 });
  const planned = countsOf(await root.clean(8, { dryRun: true }));
  assert.deepEqual(planned, { done: 1, agent: 1 }, 'as if what goes had gone');
  assert.deepEqual(
    root.paths(),
    before.filter((path) => !path.includes('spare')),
  );
  assert.deepEqual(countsOf(await root.clean(8)), planned);
  assert.deepEqual(root.paths(), ['agents', 'leases', 'status']);
});

const PARTS: [string, (root: Root) => void][] = [
  ['heartbeat', (root) => root.heartbeat('ben')],
  ['card', (root) => root.card('ben')],
  ['lease', (root) => root.lease('ben')],
  ['mailbox', (root) => root.mailbox('ben')],
  ['heartbeat that is torn', (root) => void root.write('status/ben-heartbeat.json', '{"agent":')],
  ['forwarding card to somebody who lives', (root) => root.card('ben', 'calm-owl')],
];
for (const [what, make] of PARTS) {
  test(`a ${what} alone goes, too`, async (t) => {
    const root = new Root(t);
    make(root);
    root.heartbeat('calm-owl', { timestamp: later(8) });
    assert.deepEqual(countsOf(await root.clean(6)), {});
    assert.deepEqual(countsOf(await root.clean(8)), { agent: 1 });
    assert.deepEqual(
      root.paths().filter((path) => path.includes('ben')),
      [],
    );
  });
}

const STAYS: [why: string, make: (root: Root) => void, order?: object][] = [
  ['attached here', () => undefined, { isAttached: () => true }],
  [
    'attached to another host by its heartbeat',
    (root) => root.heartbeat('ben', { status: 'active', host: 'there', timestamp: later(8) }),
  ],
  [
    'a live original server',
    (root) => root.heartbeat('ben', { status: 'active', host: undefined, timestamp: later(8) }),
  ],
  ['heard of two days ago', (root) => root.heartbeat('ben', { timestamp: later(6) })],
  [
    'holding its name in a process that runs',
    (root) => root.lease('ben', { ...thisProcess(), host: HOST, since: later(-100) }),
  ],
  ['having mail', (root) => void root.put('ben', 'inbox', { id: newMessageId(), ttl: 0 })],
  ['having mail that cannot be read', (root) => void root.write('to-ben/inbox/x', 'x')],
  ['having mail that is just written', (root) => void root.write('to-ben/inbox/.tmp-1.json', '')],
  ['remembering an id', (root) => void root.put('ben', 'done', { id: newMessageId(), ttl: 0 })],
  [
    'somebody whose message waits elsewhere',
    (root) => void root.put('calm-owl', 'inbox', { id: newMessageId(), from: 'ben', ttl: 0 }),
  ],
  [
    'the name now of somebody whose message waits',
    (root) => {
      root.put('calm-owl', 'inbox', { id: newMessageId(), from: 'old', ttl: 0 });
      root.card('old', 'older');
      root.card('older', 'ben');
    },
  ],
  [
    'the name now of somebody who has mail',
    (root) => {
      root.put('old', 'inbox', { id: newMessageId(), ttl: 0 });
      root.card('old', 'ben');
    },
  ],
  [
    'having mail in a mailbox of the older form',
    (root) => void root.write('ann-to-ben/inbox/msg-1.json', '{"id":"msg-1"}'),
  ],
  [
    'somebody whose message waits in a mailbox of the older form',
    (root) => void root.write('ben-to-cal/inbox/msg-1.json', '{"from":"ben"}'),
  ],
  ['keeping something of its own', (root) => void root.write('to-ben/notes.txt', 'mine')],
];
for (const [why, make, order] of STAYS) {
  test(`an agent stays that is ${why}`, async (t) => {
    const root = new Root(t);
    agent(root, 'ben');
    make(root);
    await root.clean(8, order);
    for (const path of [
      'to-ben/inbox',
      'status/ben-heartbeat.json',
      'agents/ben.json',
      'leases/ben',
    ])
      assert.ok(existsSync(join(root.path, path)), path);
  });
}

test('of an agent that stays done/ is cleaned', async (t) => {
  const root = new Root(t);
  root.put('ben', 'done', { id: newMessageId() });
  root.heartbeat('ben', { status: 'active', timestamp: later(8) });
  assert.deepEqual(countsOf(await root.clean(8)), { done: 1 });
});

test('the mailbox of an original server that lives is left wholly alone', async (t) => {
  const root = new Root(t);
  const id = newMessageId();
  root.put('ben', 'done', { id });
  root.put('ben', 'done', { id: newMessageId(), ttl: 0 });
  root.receipt('ben', id);
  root.receipt('ben', newMessageId());
  root.write('to-ben/tmp/spare.1', '');
  root.write(
    'to-ben/journal.jsonl',
    `{"id":"msg-1","at":"2026-01-01T00:00:00Z","event":"expired"}\n`,
  );
  root.heartbeat('ben', { status: 'active', host: undefined, timestamp: later(8) });
  const before = root.listing();
  assert.deepEqual(countsOf(await root.clean(8)), {});
  assert.deepEqual(root.listing(), before);
  root.heartbeat('ben', { status: 'offline', host: undefined, timestamp: later(8) });
  assert.deepEqual(countsOf(await root.clean(8)), { done: 2, receipt: 1, tmp: 1, journal: 1 });
});

test('an original server that starts in the midst of a cleanup keeps the rest', async (t) => {
  const root = new Root(t);
  for (let n = 0; n < 3; n += 1) root.put('ben', 'done', { id: newMessageId() });
  const arrive = async (): Promise<void> => {
    root.heartbeat('ben', { status: 'active', host: undefined, timestamp: later(8) });
    await Promise.resolve();
  };
  assert.deepEqual(countsOf(await root.clean(8, { breathe: arrive })), {});
  assert.equal(root.paths().filter((path) => path.includes('done/')).length, 3);
});

test('mail that has just come for somebody who is gone keeps the mailbox', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const old = new Date(Date.now() - 30 * DAY);
  utimesSync(paths.inbox, old, old);
  await deliverMessage(paths, 'msg-1', Buffer.from('{}'));
  assert.deepEqual(countsOf(await root.clean(0)), {});
});

test('one that cannot be judged stays, is told of, and keeps no other', async (t) => {
  for (const spoil of [
    (root: Root) => root.write('to-ben', 'a file'),
    (root: Root) => root.write('leases/ben/3.json/file', 'in a folder'),
  ]) {
    const root = new Root(t);
    const path = spoil(root);
    agent(root, 'ann');
    agent(root, 'cal');
    const report = await root.clean(8);
    assert.deepEqual(countsOf(report), { agent: 2 });
    assert.equal(report.problems.length, 1);
    assert.ok(existsSync(path));
  }
});

test('a name that somebody is about to take is not forgotten', async (t) => {
  const root = new Root(t);
  root.lease('ben');
  root.write('leases/ben/.6a1f0c52-4f43-4c80-9b5e-0a9a2d9a6f10.tmp', '{}');
  await root.clean(8);
  // Who has read number 3 makes number 4 or higher: it must not find a count that began anew.
  const folder = join(root.path, 'leases/ben');
  const lease = acquireLease(folder, { pid: 1 }, () => false);
  assert.ok(lease.ok);
  assert.ok(existsSync(join(folder, '5.json')), root.paths().join());
});

/** What was refused, left in tmp/, noted in journals, and keys of old. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyItems } from '../../../mail/cleanup/keys.js';
import { appendJournal, readJournal } from '../../../mail/delivery.js';
import { Keyring } from '../../../mail/keyring.js';
import { rejectFile } from '../../../mail/reject.js';
import { TaskStore } from '../../../mail/tasks/store.js';
import { taskOfMessageId } from '../../../mail/tasks/task-id.js';
import { newMessageId } from '../../../protocol/ids.js';
import { countsOf, DAY, Root } from './support/root.js';

test('what was refused goes with its reason, whatever it is', async (t) => {
  const root = new Root(t);
  const { dir, inbox } = root.mailbox('ben');
  const target = root.write('elsewhere/file', 'mine');
  root.write('to-ben/inbox/broken.json', '{');
  symlinkSync(target, join(inbox, 'link.json'));
  execFileSync('mkfifo', [join(inbox, 'fifo.json')]);
  mkdirSync(join(inbox, 'folder.json'));
  root.write('to-ben/inbox/full.json/file', 'of somebody');
  const rejected = join(root.path, 'rejected');
  for (const file of ['broken', 'link', 'fifo', 'folder', 'full'])
    rejectFile(join(inbox, `${file}.json`), rejected, dir, 'because');
  root.write('rejected/notes.txt', 'mine');
  root.write('rejected/2026-11-20T23-28-26-455Z-to-ben-53fa5823.reason.json', '{}');
  assert.deepEqual(countsOf(await root.clean(6)), {});
  assert.equal(countsOf(await root.clean(8))['rejected'], 5);
  assert.equal(readFileSync(target, 'utf8'), 'mine');
  const left = root.paths().filter((path) => /^rejected\/./.test(path));
  assert.deepEqual(left.map((path) => path.replace(/^rejected\/\d{4}[^.]*/, '')).sort(), [
    '.reason.json',
    '.rejected',
    '.rejected/file',
    'rejected/notes.txt',
  ]);
});

test('what was refused from a mailbox of the older form goes too', async (t) => {
  const root = new Root(t);
  const path = root.write('ann-to-ben/inbox/broken.json', '{');
  rejectFile(path, join(root.path, 'rejected'), join(root.path, 'ann-to-ben'), 'because');
  assert.deepEqual(countsOf(await root.clean(8)), { rejected: 1 });
  assert.deepEqual(
    root.paths().filter((left) => left.startsWith('rejected/')),
    [],
  );
});

test('a file in tmp/ goes when it was not touched for 36 hours, however long the rest is kept', async (t) => {
  const root = new Root(t);
  root.mailbox('ben');
  const path = root.write('to-ben/tmp/msg-1.abc.json', '{}');
  const hours = (count: number): number => count / 24;
  assert.deepEqual(countsOf(await root.clean(hours(35), { keepDays: 0 })), {});
  assert.deepEqual(countsOf(await root.clean(hours(37), { keepDays: 0 })), { tmp: 1 });
  assert.ok(!existsSync(path));
});

test('a journal of somebody who is away loses the lines of what has ended and is gone', async (t) => {
  const root = new Root(t);
  const paths = root.mailbox('ben');
  const [gone, buried, kept, waits] = Array.from({ length: 4 }, newMessageId);
  root.put('ben', 'done', { id: buried!, ttl: 0 });
  await root.clean(8);
  root.put('ben', 'done', { id: kept! });
  root.put('ben', 'inbox', { id: waits! });
  const at = new Date().toISOString();
  for (const id of [gone!, buried!, kept!, waits!])
    appendJournal(paths.journal, [{ id, at, event: 'pushed', lane: 'hook' }]);
  for (const id of [gone!, buried!, kept!])
    appendJournal(paths.journal, [{ id, at, event: 'seen', evidence: 'hook' }]);
  assert.deepEqual(countsOf(await root.clean(0, { isAttached: () => true })), {});
  const before = readJournal(paths.journal);
  assert.deepEqual(countsOf(await root.clean(0)), { journal: 1 });
  const after = readJournal(paths.journal);
  assert.deepEqual([...after.keys()].sort(), [kept, waits].sort());
  for (const [id, told] of after) assert.deepEqual(told, before.get(id));
  assert.deepEqual(countsOf(await root.clean(0)), {});
});

test('a former key goes when its time is up and nothing is left that was written with it', async (t) => {
  const root = new Root(t);
  const keys = new Keyring(root.path);
  keys.ensure();
  const old = root.put('ben', 'inbox', { id: newMessageId(), ttl: 0 });
  keys.rotate(Infinity, new Date(Date.now() + 1000));
  keys.rotate(Date.now() + 9 * DAY, new Date(Date.now() + 2000));
  const clean = async (days: number): Promise<number> => {
    const report = await root.clean(days, { sources: [keyItems(keys)] });
    return countsOf(report)['key'] ?? 0;
  };
  assert.equal(await clean(10), 0, 'a message is older than both');
  const fresh = new Date(Date.now() + 3000);
  utimesSync(old, fresh, fresh);
  assert.equal(await clean(6), 0);
  assert.equal(await clean(8), 1, 'the one that was good as long as a message waited');
  assert.equal(await clean(10), 1);
  assert.deepEqual(keys.former(), []);
});

test('a former key stays while a message in a mailbox of the older form may need it', async (t) => {
  const root = new Root(t);
  const keys = new Keyring(root.path);
  keys.ensure();
  const path = root.write('ann-to-ben/inbox/msg-1.json', '{"content":{"text":"ENC:…"}}');
  keys.rotate(Date.now() + 2000, new Date(Date.now() + 1000));
  const clean = async (): Promise<Record<string, number>> =>
    countsOf(await root.clean(8, { sources: [keyItems(keys)] }));
  assert.deepEqual(await clean(), {});
  rmSync(path);
  assert.deepEqual(await clean(), { key: 1 });
});

test('a former key stays while the title or the result of a task is written with it', async (t) => {
  const root = new Root(t);
  const keys = new Keyring(root.path, { encrypt: true });
  keys.ensure();
  const id = taskOfMessageId(newMessageId());
  const submission = {
    ...{ by: 'ann', requester: 'ann', candidates: ['ben'], at: new Date().toISOString() },
    ...{ title: 'mend the build', priority: 'normal' as const, messages: {} },
  };
  await new TaskStore(root.path, keys).submit(id, submission).durable;
  keys.rotate(Date.now() + 2000, new Date(Date.now() + 1000));
  const clean = async (): Promise<Record<string, number>> =>
    countsOf(await root.clean(30, { sources: [keyItems(keys)] }));
  assert.deepEqual(await clean(), {}); // no message is as old, but the task has not ended
  assert.equal(new TaskStore(root.path, keys).read(id)?.title, 'mend the build');
  rmSync(join(root.path, 'tasks', id), { recursive: true });
  assert.deepEqual(await clean(), { key: 1 });
});

test('a draft that a crash left beside its place goes like what was left in tmp/', async (t) => {
  const root = new Root(t);
  const uuid = 'd1f4f8ce-52d5-4d0c-9a8e-0a4c8f6d8f3a';
  const names = ['secret.key', 'secret.key.former.json', 'rules.json', 'trust.json', 'format.json'];
  const ours = names.map((name) => root.write(`${name}.${uuid}.tmp`, 'a key'));
  const others = [
    'secret.key',
    'secret.key.tmp',
    `notes.${uuid}.tmp`,
    `secret.key.${uuid}.tmp.old`,
  ];
  const kept = others.map((name) => root.write(name, 'mine'));
  assert.deepEqual(countsOf(await root.clean(1)), {});
  assert.deepEqual(countsOf(await root.clean(2)), { tmp: 5 });
  assert.deepEqual(ours.filter(existsSync), []);
  assert.deepEqual(kept.filter(existsSync), kept);
});

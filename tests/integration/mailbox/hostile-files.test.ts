import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMessage, encodeMessage, type Draft } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { rootPaths } from '../../../protocol/paths.js';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox, listRejected, mailboxOf } from '../../support/files.js';
import { fingerprint, makeCanary } from './support/canary.js';
import { drainInbox, pushedIds, sandboxFor } from './support/inbox.js';

const isRoot = process.getuid?.() === 0;

function encoded(fields: Partial<Draft> = {}): Buffer {
  return encodeMessage(
    createMessage({ id: newMessageId(), from: 'ann', to: 'ben', text: 'BAD', ...fields }),
  );
}

/** A message with fields that createMessage would not let through, as a type at least. */
function forged(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(encoded().toString()), ...fields });
}

/** What is wrong with a file, how to make it at a path, and what its reason must say. */
type Hostile = [name: string, make: (path: string) => void, reason: RegExp];

function hostileFiles(canary: string): Hostile[] {
  const write = (bytes: string | Uint8Array) => (path: string) => {
    writeFileSync(path, bytes);
  };
  const whole = encoded();
  return [
    ['half.json', write(whole.subarray(0, whole.length / 2)), /JSON/],
    ['empty.json', write(''), /empty/],
    ['invalid.json', write('not json at all'), /JSON/],
    ['array.json', write('[]'), /object/],
    ['deep.json', write(forged({ x: JSON.parse('['.repeat(40) + ']'.repeat(40)) })), /deeper/],
    ['very-deep.json', write('['.repeat(500_000)), /deeper/],
    ['latin1.json', write(Buffer.from(forged({ note: '\u00e9' }), 'latin1')), /UTF-8/],
    ['from.json', write(forged({ from: '../canary' })), /from/],
    ['to.json', write(forged({ to: '/etc/x' })), /to/],
    ['id.json', write(forged({ id: '../../canary/x' })), /id/],
    ['reply.json', write(forged({ replyTo: '../canary' })), /replyTo/],
    ['no-text.json', write(forged({ content: {} })), /content\.text/],
    ['good-but-wrong-ending.txt', write(whole), /\.json/],
    ['x.json.', write('x'), /\.json/],
    [`${'long'.repeat(60)}.json`, write('{'), /JSON/],
    ['new\nline "quotes" $(x).json', write('{'), /JSON/],
    ['link.json', (path) => symlinkSync(join(canary, 'good.json'), path), /symbolic link/],
    ['dangling.json', (path) => symlinkSync('/nowhere/at/all', path), /symbolic link/],
    ['folder-link.json', (path) => symlinkSync(canary, path), /symbolic link/],
    ['folder.json', (path) => mkdirSync(join(path, 'inner'), { recursive: true }), /regular file/],
    [
      'fifo.json',
      (path) => {
        execFileSync('mkfifo', [path]);
      },
      /regular file/,
    ],
    [
      'huge.json',
      (path) => {
        writeFileSync(path, forged({}));
        truncateSync(path, 50 * 1024 * 1024);
      },
      /52428800 bytes/,
    ],
  ];
}

test('only what is good is delivered; the rest is put aside with its reason and blocks nothing', async (t) => {
  if (process.platform === 'win32') {
    t.skip('links and FIFOs of POSIX');
    return;
  }
  const sandbox = sandboxFor(t);
  const canary = join(sandbox.dir, 'canary');
  makeCanary(canary, { 'good.json': encoded({ text: 'CANARY' }), other: Buffer.from('x') });
  const before = fingerprint(canary);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const { dir, inbox } = mailboxOf(sandbox, 'ben');
  const hostile = hostileFiles(canary);
  const wanted: string[] = [];
  for (const [name, make] of hostile) {
    make(join(dir, 'staged'));
    renameSync(join(dir, 'staged'), join(inbox, name));
    wanted.push(dropMessage(sandbox, 'ben', { text: `after ${name}` }));
  }
  if (isRoot) {
    writeFileSync(join(dir, 'staged'), encoded());
    chownSync(join(dir, 'staged'), 54_321, 54_321);
    renameSync(join(dir, 'staged'), join(inbox, 'other-owner.json'));
    hostile.push(['other-owner.json', () => undefined, /belongs to user 54321/]);
  }
  await until(() => wanted.every((id) => pushedIds(ben).includes(id)), 'all the good ones');

  const { rejected } = rootPaths(sandbox.root);
  const notes = await until(
    () => {
      const all = listRejected(sandbox);
      if (all.length < 2 * hostile.length) return false; // the file itself comes after its note
      const files = all.filter((file) => file.endsWith('.reason.json'));
      // The last note may be being written; half of it is no JSON.
      const read = files.map((file) => JSON.parse(readFileSync(join(rejected, file), 'utf8')));
      return read.length === hostile.length && read;
    },
    'all rejected',
    10_000,
  );
  assert.equal(listRejected(sandbox).length, 2 * hostile.length);
  for (const [name, , reason] of hostile) {
    const [note, ...more] = notes.filter(({ file }) => file === name);
    assert.ok(note !== undefined && more.length === 0, name);
    assert.match(note.reason, reason, name);
    assert.equal(note.mailbox, 'to-ben');
  }
  // Nothing of theirs reached the session, and nothing of ours outside was touched.
  assert.deepEqual([...pushedIds(ben)].sort(), [...wanted].sort());
  assert.equal(await drainInbox(ben).then((ids) => ids.length), 0);
  assert.doesNotMatch(ben.lines.join('\n'), /BAD|CANARY/);
  assert.deepEqual(fingerprint(canary), before);
  await until(() => listInbox(sandbox, 'ben').length === 0, 'an empty inbox');
  assert.deepEqual(
    readdirSync(sandbox.root).filter((name) => name.startsWith('to-')),
    ['to-ben'],
  );
  for (const file of listRejected(sandbox)) {
    if (file.endsWith('.reason.json')) {
      assert.equal(lstatSync(join(rejected, file)).mode & 0o777, 0o600);
    }
  }
});

test('a file that is written in place is delivered once it is whole', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const { inbox } = mailboxOf(sandbox, 'ben');
  const id = newMessageId();
  const bytes = encoded({ id, text: 'written slowly' });
  const path = join(inbox, `${id}.json`);
  for (const part of [1, 3, 2]) {
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / part) - 1));
    // What was dropped after it has come: the daemon has looked at the half one too.
    const next = dropMessage(sandbox, 'ben', { text: `after part ${part}` });
    await ben.waitForMessage(({ meta }) => meta['msg_id'] === next);
  }
  writeFileSync(path, bytes);
  await ben.waitForMessage('written slowly');
  assert.equal(pushedIds(ben).filter((pushed) => pushed === id).length, 1);
  assert.deepEqual(listRejected(sandbox), []);
});

test('the same id a second time, and an id that was seen before, are not shown again', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const { tmp, inbox, done } = mailboxOf(sandbox, 'ben');
  const id = newMessageId();
  const dropAs = (name: string): void => {
    writeFileSync(join(tmp, 'staged'), encoded({ id, text: 'once' }));
    renameSync(join(tmp, 'staged'), join(inbox, name));
  };
  dropAs(`${id}.json`);
  await ben.waitForMessage('once');
  dropAs(`${id}.json`); // replaces the file; the message is known
  dropAs('copy.json');
  await until(() => listRejected(sandbox).length === 2, 'rejected duplicate');
  await ben.call('check_inbox');
  await until(() => readdirSync(done).length === 1, 'message in done/');
  dropAs(`${id}.json`);
  dropAs('replay.json');
  await until(() => listRejected(sandbox).length === 6, 'rejected replays');
  const last = dropMessage(sandbox, 'ben', { text: 'last' });
  await ben.waitForMessage('last');
  assert.deepEqual(pushedIds(ben), [id, last]);
  assert.deepEqual(await drainInbox(ben), []);
});

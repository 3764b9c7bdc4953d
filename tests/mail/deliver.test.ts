import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { deliverMessage, ensureMailbox, stageMessage } from '../../mail/deliver.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { failFs } from '../support/fail-fs.js';

const isStoreError = (error: unknown): boolean =>
  error instanceof Cc2ccError && error.code === 'E_STORE' && /E[A-Z]+ at \//.test(error.message);

function makeMailbox(t: TestContext): MailboxPaths {
  const paths = mailboxPaths(tempFolder(t), 'ben');
  ensureMailbox(paths);
  return paths;
}

test('a message is in the inbox with all its bytes, for nobody else to read, and tmp is empty', async (t) => {
  const paths = makeMailbox(t);
  for (const [id, size] of [0, 1, 4096, 3_000_000].entries()) {
    const bytes = Buffer.alloc(size, 'é');
    assert.equal(await deliverMessage(paths, `msg-${id}`, bytes), 'delivered');
    const file = join(paths.inbox, `msg-${id}.json`);
    assert.ok(readFileSync(file).equals(bytes));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(file).nlink, 1);
  }
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('a staged message is not in the inbox before its commit', async (t) => {
  const paths = makeMailbox(t);
  const staged = stageMessage(paths, 'msg-1', Buffer.from('{}'));
  assert.deepEqual(readdirSync(paths.inbox), []);
  assert.equal(readdirSync(paths.tmp).length, 1);
  assert.equal(statSync(join(paths.tmp, readdirSync(paths.tmp)[0]!)).mode & 0o777, 0o600);
  assert.equal(await staged.commit(), 'delivered');
  assert.deepEqual(readdirSync(paths.inbox), ['msg-1.json']);
});

test('the second delivery of an id is a duplicate, and the first content stays', async (t) => {
  const paths = makeMailbox(t);
  assert.equal(await deliverMessage(paths, 'msg-1', Buffer.from('first')), 'delivered');
  assert.equal(await deliverMessage(paths, 'msg-1', Buffer.from('second')), 'duplicate');
  assert.equal(readFileSync(join(paths.inbox, 'msg-1.json'), 'utf8'), 'first');
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('of many deliveries of one id at once exactly one counts', async (t) => {
  const paths = makeMailbox(t);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => deliverMessage(paths, 'msg-1', Buffer.from(`${i}`))),
  );
  assert.equal(outcomes.filter((outcome) => outcome === 'delivered').length, 1);
  assert.deepEqual(readdirSync(paths.inbox), ['msg-1.json']);
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('folders that are missing are made, private', async (t) => {
  const paths = mailboxPaths(tempFolder(t), 'ben');
  await deliverMessage(paths, 'msg-1', Buffer.from('{}'));
  rmSync(paths.dir, { recursive: true });
  assert.equal(await deliverMessage(paths, 'msg-1', Buffer.from('{}')), 'delivered');
  for (const folder of [paths.dir, paths.tmp, paths.inbox, paths.done, paths.receipts]) {
    assert.equal(statSync(folder).mode & 0o777, 0o700, folder);
  }
});

test('when it cannot be staged, the error names the path', (t) => {
  const paths = makeMailbox(t);
  rmSync(paths.tmp, { recursive: true });
  writeFileSync(paths.tmp, 'a file where the folder belongs');
  assert.throws(() => stageMessage(paths, 'msg-1', Buffer.from('{}')), isStoreError);
  assert.deepEqual(readdirSync(paths.inbox), []);
});

test('when it cannot be linked, nothing is left behind', async (t) => {
  const paths = makeMailbox(t);
  const staged = stageMessage(paths, 'msg-1', Buffer.from('{}'));
  rmSync(paths.inbox, { recursive: true });
  writeFileSync(paths.inbox, 'a file where the folder belongs');
  await assert.rejects(staged.commit(), isStoreError);
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('an inbox that is removed before the commit is made again', async (t) => {
  const paths = makeMailbox(t);
  const staged = stageMessage(paths, 'msg-1', Buffer.from('{}'));
  rmSync(paths.inbox, { recursive: true });
  assert.equal(await staged.commit(), 'delivered');
  assert.deepEqual(readdirSync(paths.inbox), ['msg-1.json']);
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('what was swept from tmp before its commit is an error, not a delivery', async (t) => {
  const paths = makeMailbox(t);
  const staged = stageMessage(paths, 'msg-1', Buffer.from('{}'));
  rmSync(paths.tmp, { recursive: true });
  mkdirSync(paths.tmp);
  await assert.rejects(staged.commit(), isStoreError);
  assert.deepEqual(readdirSync(paths.inbox), []);
});

test('a folder that has the name of the message is never replaced', async (t) => {
  const paths = makeMailbox(t);
  mkdirSync(join(paths.inbox, 'msg-1.json'));
  assert.equal(await deliverMessage(paths, 'msg-1', Buffer.from('{}')), 'duplicate');
  assert.ok(statSync(join(paths.inbox, 'msg-1.json')).isDirectory());
  assert.ok(!existsSync(join(paths.inbox, 'msg-1.json', 'msg-1.json')));
});

test('what cannot be made durable is taken back, and refused', async (t) => {
  const paths = makeMailbox(t);
  failFs(t, 'openSync', (path) => path === paths.inbox);
  await assert.rejects(deliverMessage(paths, 'msg-1', Buffer.from('{}')), (error: Cc2ccError) => {
    assert.doesNotMatch(error.hint ?? '', /may be delivered/);
    return isStoreError(error);
  });
  assert.deepEqual([...readdirSync(paths.inbox), ...readdirSync(paths.tmp)], []);
});

test('what cannot be taken back either is not called refused', async (t) => {
  const paths = makeMailbox(t);
  failFs(t, 'openSync', (path) => path === paths.inbox);
  failFs(t, 'unlinkSync', (path) => path.startsWith(paths.inbox));
  await assert.rejects(deliverMessage(paths, 'msg-1', Buffer.from('{}')), (error: Cc2ccError) => {
    assert.match(error.hint ?? '', /It is in the inbox .* so it may be delivered all the same\./);
    return isStoreError(error);
  });
  assert.deepEqual(readdirSync(paths.inbox), ['msg-1.json']);
});

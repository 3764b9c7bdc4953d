import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ensureMailbox } from '../../mail/deliver.js';
import {
  leaveReceipt,
  receiptsWritten,
  withdrawReceipt,
  writeReceipts,
} from '../../mail/receipts.js';
import { newMessageId } from '../../protocol/ids.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { until } from '../support/events.js';

const COUNT = 50;

function leaveMany(t: TestContext): { paths: MailboxPaths; ids: string[] } {
  const paths = mailboxPaths(tempFolder(t), 'ben');
  ensureMailbox(paths);
  const ids = Array.from({ length: COUNT }, newMessageId);
  for (const id of ids) leaveReceipt(paths, id, 'reply');
  return { paths, ids };
}

const namesOf = (ids: readonly string[]): string[] => ids.map((id) => `${id}.receipt.json`);

/** Drafts are on their way then. */
const begun = ({ receipts }: MailboxPaths): Promise<unknown> =>
  until(() => readdirSync(receipts).length > 0, 'first receipt');

test('receipts come in a quiet moment, whole, and leave no draft', async (t) => {
  const { paths, ids } = leaveMany(t);
  assert.deepEqual(readdirSync(paths.receipts), []);
  await until(() => readdirSync(paths.receipts).length === COUNT, 'all receipts');
  assert.deepEqual(readdirSync(paths.receipts).sort(), namesOf(ids).sort());
  for (const id of ids) {
    const text = readFileSync(join(paths.receipts, `${id}.receipt.json`), 'utf8');
    assert.equal(JSON.parse(text).msg_id, id);
  }
  await receiptsWritten();
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('they do not wait for ever where no moment is quiet', async (t) => {
  const { paths } = leaveMany(t);
  const busy = setInterval(() => {
    leaveReceipt(paths, newMessageId(), 'reply');
  }, 2);
  t.after(() => {
    clearInterval(busy);
    writeReceipts();
  });
  await begun(paths);
});

test('one that is withdrawn while it is written does not come', async (t) => {
  const { paths, ids } = leaveMany(t);
  await begun(paths);
  for (const id of ids) withdrawReceipt(paths, id);
  await receiptsWritten();
  assert.deepEqual(readdirSync(paths.receipts), []);
  assert.deepEqual(readdirSync(paths.tmp), []);
});

test('who must have them written has them at once, each once', async (t) => {
  const { paths, ids } = leaveMany(t);
  await begun(paths);
  writeReceipts();
  assert.deepEqual(readdirSync(paths.receipts).sort(), namesOf(ids).sort());
  await receiptsWritten();
  assert.deepEqual(readdirSync(paths.receipts).sort(), namesOf(ids).sort());
  assert.deepEqual(readdirSync(paths.tmp), []);
});

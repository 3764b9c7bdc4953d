import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { ensureMailbox } from '../../mail/deliver.js';
import { moveMail } from '../../mail/move-mail.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { failFs } from '../support/fail-fs.js';

/** A mailbox with one message seen and two that wait, and an empty one beside it. */
function mailboxes(t: TestContext): { from: MailboxPaths; to: MailboxPaths } {
  const root = tempFolder(t);
  const [from, to] = [mailboxPaths(root, 'ann'), mailboxPaths(root, 'eve')];
  for (const paths of [from, to]) ensureMailbox(paths);
  for (const path of [join(from.done, 'one.json'), join(from.receipts, 'one.receipt.json')])
    writeFileSync(path, 'one');
  for (const name of ['two.json', 'three.json']) writeFileSync(join(from.inbox, name), name);
  writeFileSync(from.journal, '{"id":"one"}\n');
  return { from, to };
}

/** Files of a mailbox by folder, and its journal. */
function contentOf(paths: MailboxPaths): unknown {
  const files = [paths.done, paths.receipts, paths.inbox].map((folder) =>
    readdirSync(folder).sort(),
  );
  return { files, journal: existsSync(paths.journal) && readFileSync(paths.journal, 'utf8') };
}

const WHOLE = {
  files: [['one.json'], ['one.receipt.json'], ['three.json', 'two.json']],
  journal: '{"id":"one"}\n',
};
const EMPTY = { files: [[], [], []], journal: false };

test('mail moves with its journal', (t) => {
  const { from, to } = mailboxes(t);
  moveMail(from, to);
  assert.deepEqual(contentOf(to), WHOLE);
  assert.deepEqual(contentOf(from), EMPTY);
});

test('wherever the disk fails once, all mail is back at its old place', async (t) => {
  for (let at = 1; at <= 4; at += 1) {
    await t.test(`at move ${at}`, (one) => {
      const { from, to } = mailboxes(one);
      let calls = 0;
      failFs(one, 'renameSync', () => ++calls === at);
      assert.throws(() => {
        moveMail(from, to);
      }, /EIO/);
      assert.deepEqual(contentOf(from), WHOLE);
      assert.deepEqual(contentOf(to), EMPTY);
    });
  }
});

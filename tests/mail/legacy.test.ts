import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ensureMailbox } from '../../mail/deliver.js';
import { gateByFiles, type SignaturePolicy } from '../../mail/gate.js';
import { Keyring } from '../../mail/keyring.js';
import { legacyMailboxes, takeLegacy, type LegacyHaul } from '../../mail/legacy.js';
import { reportMessage } from '../../mail/message-report.js';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

/** Folder → whose mail it may be; nothing for what is no mailbox of the older form. */
const FOLDERS: Record<string, string[]> = {
  'bob-to-ann': ['ann'],
  'bob-2-to-ann-3': ['ann-3'],
  'a-to-b-to-c': ['b-to-c', 'c'],
  'a-to-to-b': ['to-b', 'b'],
  'bob-to-to-ann': ['to-ann', 'ann'],
  'to-x-to-b': [],
  'to-to-b': [],
  'to-ann': [],
  '-to-ann': [],
  'bob-to-': [],
  'Bob-to-ann': [],
  'bob-to-Ann': [],
  'bob to-ann': [],
  'bob-to-ann.old': [],
  [`bob-to-${'x'.repeat(31)}`]: ['x'.repeat(31)],
  [`bob-to-${'x'.repeat(32)}`]: [],
  status: [],
};

test('which folders are mailboxes of the older form, and whose', (t) => {
  const root = tempFolder(t);
  for (const folder of Object.keys(FOLDERS)) {
    mkdirSync(join(root, folder, 'inbox'), { recursive: true });
  }
  const found = legacyMailboxes(root);
  const names = Object.fromEntries(found.map(({ dir, names }) => [basename(dir), names]));
  const wanted = Object.entries(FOLDERS).filter(([, list]) => list.length > 0);
  assert.deepEqual(names, Object.fromEntries(wanted));
});

test('links, files and folders without an inbox are none; nor is a root that is not there', (t) => {
  const root = tempFolder(t);
  mkdirSync(join(root, 'real', 'inbox'), { recursive: true });
  symlinkSync(join(root, 'real'), join(root, 'a-to-ann'));
  mkdirSync(join(root, 'b-to-ann'));
  symlinkSync(join(root, 'real', 'inbox'), join(root, 'b-to-ann', 'inbox'));
  writeFileSync(join(root, 'c-to-ann'), '');
  mkdirSync(join(root, 'd-to-ann'));
  writeFileSync(join(root, 'd-to-ann', 'inbox'), '');
  mkdirSync(join(root, 'e-to-ann'));
  assert.deepEqual(legacyMailboxes(root), []);
  assert.deepEqual(legacyMailboxes(join(root, 'nowhere')), []);
});

interface Scene {
  root: string;
  inbox: string;
  own: ReturnType<typeof mailboxPaths>;
  take: (policy?: SignaturePolicy) => LegacyHaul;
}

/** A message `msg-1` for ann in `bob-to-ann`. */
function scene(t: TestContext): Scene {
  const root = tempFolder(t);
  const inbox = join(root, 'bob-to-ann', 'inbox');
  mkdirSync(inbox, { recursive: true });
  const own = mailboxPaths(root, 'ann');
  ensureMailbox(own);
  const keys = new Keyring(root);
  keys.ensure();
  const message = createMessage({ id: 'msg-1', from: 'bob', to: 'ann', text: 'hello' });
  writeFileSync(join(inbox, 'any-name.json'), encodeMessage(message));
  const take = (policy: SignaturePolicy = 'flag'): LegacyHaul => {
    const [mailbox] = legacyMailboxes(root);
    const gate = gateByFiles(root, { signatures: policy, encrypt: false, newSenders: 'accept' });
    return takeLegacy(mailbox!, 'ann', own, gate, rootPaths(root).rejected);
  };
  return { root, inbox, own, take };
}

test('a message is moved under the name of its id, once', (t) => {
  const { inbox, own, take } = scene(t);
  assert.deepEqual(take(), { moved: 1, refused: [] });
  assert.deepEqual(readdirSync(inbox), []);
  assert.deepEqual(readdirSync(own.inbox), ['msg-1.json']);
  assert.deepEqual(take(), { moved: 0, refused: [] });
});

for (const folder of ['inbox', 'done'] as const) {
  test(`after a crash between link and unlink one file is left, in ${folder}/`, (t) => {
    const { inbox, own, take } = scene(t);
    linkSync(join(inbox, 'any-name.json'), join(own.inbox, 'msg-1.json'));
    if (folder === 'done') renameSync(join(own.inbox, 'msg-1.json'), join(own.done, 'msg-1.json'));
    assert.deepEqual(take().refused, []);
    assert.deepEqual(readdirSync(inbox), []);
    assert.ok(existsSync(join(own[folder], 'msg-1.json')), 'and it is not shown twice');
    assert.equal(readdirSync(own.inbox).length, folder === 'inbox' ? 1 : 0);
  });

  test(`another file of an id that is in ${folder}/ is refused, and neither is replaced`, (t) => {
    const { root, inbox, own, take } = scene(t);
    writeFileSync(join(own[folder], 'msg-1.json'), 'the first one');
    const [refusal] = take().refused;
    assert.match(refusal?.reason ?? '', folder === 'done' ? /^replay/ : /^duplicate/);
    assert.deepEqual(readdirSync(inbox), []);
    assert.equal(readdirSync(rootPaths(root).rejected).length, 2, 'the file and the reason');
  });
}

test('the policy counts as for any file, and a report names whose it was', (t) => {
  const { root, inbox, own, take } = scene(t);
  renameSync(join(inbox, 'any-name.json'), join(inbox, 'msg-1.json'));
  assert.match(take('require').refused[0]?.reason ?? '', /unsigned/);
  assert.deepEqual(readdirSync(own.inbox), []);
  const { state, to } = reportMessage(root, 'msg-1');
  assert.deepEqual([state, to], ['rejected', 'ann']);
});

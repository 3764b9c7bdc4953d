/** Mailboxes of the original's older form, `<from>-to-<name>`. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createMessage, encodeMessage } from '../../../protocol/envelope.js';
import { callDaemon } from '../../../protocol/control.js';
import { attachAgent, awake } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listDone, listMailbox, rejectionReasons } from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

async function sandboxFor(t: TestContext): Promise<Sandbox> {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  return sandbox;
}

/** Writes a message by hand; returns the folder. */
function leave(sandbox: Sandbox, folder: string, id: string, to: string): string {
  const inbox = join(sandbox.root, folder, 'inbox');
  mkdirSync(inbox, { recursive: true });
  const message = createMessage({ id, from: 'bob', to, text: `${id} for ${to}` });
  writeFileSync(join(inbox, `.tmp-${id}.json`), encodeMessage(message));
  renameSync(join(inbox, `.tmp-${id}.json`), join(inbox, `${id}.json`));
  return inbox;
}

test('what waits there is taken in when the agent attaches, and in the rounds', async (t) => {
  const sandbox = await sandboxFor(t);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  const early = await bob.sendLegacy('ann', 'before you came');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  await until(() => ann.lines.some((line) => line.includes('before you came')), 'the early one');
  const half = await bob.begin('ann', 'not yet', { legacy: true });
  const late = await bob.sendLegacy('ann', 'while you are here');
  const push = await ann.waitForMessage('while you are here');
  assert.deepEqual([push.meta['from'], push.meta['msg_id']], ['bob', late]);
  const inbox = join(sandbox.root, 'bob-to-ann', 'inbox');
  assert.match(readdirSync(inbox).join(), /^\.tmp-/, 'a file that is being written stays');
  await bob.finish(half);
  await ann.waitForMessage('not yet');
  await ann.call('check_inbox');
  for (const id of [early, half, late]) {
    await until(() => listDone(sandbox, 'ann').includes(`${id}.json`), `${id} in done/`);
    await until(
      () => listMailbox(sandbox, 'ann', 'receipts').includes(`${id}.receipt.json`),
      `receipt of ${id}`,
    );
  }
  const { watcher } = await callDaemon(sandbox.hostPaths(), 'status', {});
  assert.equal(watcher.missed, 0, 'they are no mail that a bell was missing for');
});

test('ours and theirs read each their own, and a mailbox is never taken for a legacy folder', async (t) => {
  const sandbox = await sandboxFor(t);
  await OriginalAgent.start(sandbox, 'dan', { ORIGINAL_POLL_MS: '100000' });
  const untouched = [
    leave(sandbox, 'bob-to-dan', 'msg-dan', 'dan'),
    leave(sandbox, 'bob-to-away', 'msg-away', 'away'),
    leave(sandbox, 'to-x-to-ann', 'msg-x', 'x-to-ann'), // the mailbox of x-to-ann
    leave(sandbox, 'Bob-to-ann', 'msg-upper', 'ann'),
    leave(sandbox, '-to-ann', 'msg-nobody', 'ann'),
    leave(sandbox, 'c-to-b-to-ann', 'msg-other', 'b-to-ann'), // may be for b-to-ann, and is
  ];
  leave(sandbox, 'a-to-b-to-ann', 'msg-mine', 'ann');
  leave(sandbox, 'bob-to-ann', 'msg-plain', 'ann');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  for (const id of ['msg-mine', 'msg-plain']) {
    await until(() => ann.lines.some((line) => line.includes(id)), id);
  }
  // One more round, and all is as it was.
  leave(sandbox, 'bob-to-ann', 'msg-last', 'ann');
  await ann.waitForMessage('msg-last');
  for (const inbox of untouched) assert.equal(readdirSync(inbox).length, 1, inbox);
  const other = await attachAgent(sandbox, { name: 'b-to-ann' });
  await until(() => other.lines.some((line) => line.includes('msg-other')), 'its own');
});

test('hostile folders are left alone, and hostile files are rejected', async (t) => {
  const sandbox = await sandboxFor(t);
  const elsewhere = join(sandbox.dir, 'elsewhere');
  const real = leave(sandbox, '../elsewhere', 'msg-linked', 'ann');
  symlinkSync(elsewhere, join(sandbox.root, 'evil-to-ann'));
  mkdirSync(join(sandbox.root, 'sly-to-ann'));
  symlinkSync(real, join(sandbox.root, 'sly-to-ann', 'inbox'));
  writeFileSync(join(sandbox.root, 'file-to-ann'), 'no folder');
  mkdirSync(join(sandbox.root, 'bare-to-ann'));
  const inbox = leave(sandbox, 'bob-to-ann', 'msg-good', 'ann');
  symlinkSync('/etc/passwd', join(inbox, 'link.json'));
  mkdirSync(join(inbox, 'folder.json'));
  writeFileSync(join(inbox, 'broken.json'), '{');
  utimesSync(join(inbox, 'broken.json'), 1, 1);
  writeFileSync(join(inbox, 'note.txt'), 'not for us');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await until(() => ann.lines.some((line) => line.includes('msg-good')), 'the good one');
  await until(() => rejectionReasons(sandbox).length === 3, 'three rejections');
  assert.deepEqual(rejectionReasons(sandbox).sort(), [
    'a symbolic link',
    'not a regular file',
    'not valid JSON',
  ]);
  assert.deepEqual(readdirSync(inbox), ['note.txt']);
  assert.deepEqual(readdirSync(real), ['msg-linked.json']);
  assert.ok(existsSync(join(sandbox.root, 'bare-to-ann')));
  // The same id once more is a replay.
  leave(sandbox, 'cat-to-ann', 'msg-good', 'ann');
  await ann.call('check_inbox');
  await until(
    () => rejectionReasons(sandbox).some((reason) => /replay|duplicate/.test(reason)),
    'a replay that is refused',
  );
});

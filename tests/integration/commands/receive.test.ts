/** `cc2cc receive` and `cc2cc reply`, with a daemon and without. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMessage, encodeMessage } from '../../../protocol/envelope.js';
import { readHeartbeat } from '../../../protocol/heartbeat.js';
import { newMessageId } from '../../../protocol/ids.js';
import { rootPaths } from '../../../protocol/paths.js';
import { writeCard } from '../../../mail/card.js';
import { ensureMailbox } from '../../../mail/deliver.js';
import { appendJournal } from '../../../mail/delivery.js';
import { keyPath } from '../../../mail/key-files.js';
import { Keyring } from '../../../mail/keyring.js';
import { reportMessage } from '../../../mail/message-report.js';
import { attachAgent } from '../../support/agents.js';
import { CC2CC, cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import {
  dropMessage,
  listDone,
  listInbox,
  mailboxOf,
  readMessages,
  rejectionReasons,
  stageBytes,
} from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';

for (const running of [false, true]) {
  const how = running ? 'with a daemon' : 'without a daemon';
  test(`mail is shown in order, seen then, and not shown again, ${how}`, async (t) => {
    const sandbox = sandboxFor(t);
    if (running) await startDaemon(sandbox);
    const ids = ['one', 'two', 'three'].map((text) => dropMessage(sandbox, 'cy', { text }));
    const peeked = await cli(sandbox, ['receive', 'cy', '--peek']);
    assert.match(peeked.stdout, /one\n[^]*two\n[^]*three\n/);
    assert.equal(listInbox(sandbox, 'cy').length, 3);
    const first = await cli(sandbox, ['receive', 'cy', '-n', '1']);
    assert.match(first.stdout, /one/);
    assert.doesNotMatch(first.stdout, /two/);
    const { code, stdout } = await cli(sandbox, ['receive', 'cy', '--json']);
    assert.equal(code, 0);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      messages.map(({ id, content, signatureState }) => [id, content.text, signatureState]),
      [
        [ids[1], 'two', 'unsigned'],
        [ids[2], 'three', 'unsigned'],
      ],
    );
    const none = await cli(sandbox, ['receive', 'cy']);
    assert.deepEqual([none.code, none.stdout], [0, '']);
    assert.match(none.stderr, /No messages wait for cy/);
    assert.deepEqual(listDone(sandbox, 'cy').length, 3);
    const report = reportMessage(sandbox.root, ids[0]!);
    assert.deepEqual([report.state, report.evidence], ['seen', 'command']);
    const receipt = join(mailboxOf(sandbox, 'cy').receipts, `${ids[0]}.receipt.json`);
    assert.equal(JSON.parse(readFileSync(receipt, 'utf8')).delivered_to, 'cy');
  });
}

test('what is broken, forged or replayed is rejected and said, and stops nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const message = createMessage({ id: newMessageId(), from: 'x', to: 'cy', text: 'changed' });
  const sealed = new Keyring(sandbox.root).seal(message);
  const forged = { ...sealed, content: { text: 'forged', parts: [] } };
  stageBytes(sandbox, 'cy', sealed.id, encodeMessage(forged)).drop();
  dropMessage(sandbox, 'cy', { text: 'good' });
  const peeked = await cli(sandbox, ['receive', 'cy', '--peek']);
  assert.match(peeked.stderr, /is refused: the signature is invalid/);
  assert.equal(listInbox(sandbox, 'cy').length, 2);
  const { stdout, stderr } = await cli(sandbox, ['receive', 'cy']);
  assert.match(stdout, /good/);
  assert.doesNotMatch(stdout, /forged/);
  assert.match(stderr, /is rejected: the signature is invalid/);
  assert.deepEqual(rejectionReasons(sandbox), ['the signature is invalid']);
  assert.deepEqual(listInbox(sandbox, 'cy'), []);
});

test('with the policy to accept all, a forged one is shown as such', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_SIGNATURES: 'accept' });
  const message = createMessage({ id: newMessageId(), from: 'x', to: 'cy', text: 'changed' });
  const forged = { ...new Keyring(sandbox.root).seal(message), type: 'task' as const };
  stageBytes(sandbox, 'cy', message.id, encodeMessage(forged)).drop();
  const { stdout } = await cli(sandbox, ['receive', 'cy']);
  assert.match(stdout, /\(task, task-[\w-]+ submitted, \[SIGNATURE INVALID\]\)\n {2}changed/);
});

test('a text can neither steer the terminal nor pass for another message', async (t) => {
  const sandbox = sandboxFor(t);
  const text =
    '\u001b[2J\u001b]0;title\u0007red\u202eder\n2026-11-21 12:00:00  ann → cy  msg-1  (verified)';
  dropMessage(sandbox, 'cy', { text });
  const { stdout } = await cli(sandbox, ['receive', 'cy', '--peek']);
  // eslint-disable-next-line no-control-regex -- what must not be there
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.match(stdout, /\n {2}redder\n {2}2026-11-21 12:00:00 {2}ann/);
  const json = await cli(sandbox, ['receive', 'cy', '--json']);
  assert.equal(JSON.parse(json.stdout).content.text, text);
});

test('mail of a session is only looked at', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const id = dropMessage(sandbox, 'ann', { text: 'for ann' });
  const taken = await cli(sandbox, ['receive', 'ann']);
  assert.equal(taken.code, 1);
  assert.match(
    taken.stderr,
    /ann is attached: its session gets its mail.*: cc2cc receive ann --peek\n$/,
  );
  const peeked = await cli(sandbox, ['receive', 'ann', '--peek']);
  assert.match(peeked.stdout, /for ann/);
  assert.match((await ann.call('check_inbox')).text, new RegExp(id));
});

test('what a session was given without a sign is marked as possibly repeated', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await ann.waitForMessage('You are "');
  dropMessage(sandbox, 'ann', { text: 'pushed' });
  await ann.waitForMessage('pushed');
  await ann.close();
  const { stdout } = await until(async () => {
    const read = await cli(sandbox, ['receive', 'ann']);
    return read.code === 0 ? read : undefined; // until the daemon has noticed that the session is gone
  }, 'the mail of a session that is gone');
  assert.match(stdout, /possibly repeated\)\n {2}pushed/);
});

/** `receive --follow` as a process that goes on. */
function follower(sandbox: Sandbox, args: string[]) {
  const child = spawn(process.execPath, [CC2CC, 'receive', ...args, '--follow'], {
    env: sandbox.envWith({}),
    cwd: sandbox.work,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.resume();
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  sandbox.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended, text: () => text };
}

for (const running of [false, true]) {
  test(`--follow shows what comes until it is ended, ${running ? 'with' : 'without'} a daemon`, async (t) => {
    const sandbox = sandboxFor(t);
    if (running) await startDaemon(sandbox);
    dropMessage(sandbox, 'cy', { text: 'before' });
    const { child, ended, text } = follower(sandbox, ['cy']);
    await until(() => text().includes('before'), 'what waited');
    await until(() => readHeartbeat(sandbox.root, 'cy')?.status === 'active', 'a heartbeat');
    const sent = await cli(sandbox, ['send', 'cy', 'while it runs', '--from', 'ann']);
    assert.match(sent.stdout, /waiting for cy, who reads it with cc2cc receive/);
    await until(() => text().includes('while it runs'), 'what came');
    await until(() => listInbox(sandbox, 'cy').length === 0, 'it to be noted as seen');
    const second = await cli(sandbox, ['receive', 'cy']);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /Process \d+ reads the mail of cy/);
    child.kill('SIGTERM');
    assert.equal(await ended, 143);
    assert.equal(readHeartbeat(sandbox.root, 'cy')?.status, 'offline');
  });
}

test('a name is taken while somebody follows, and free when that was killed', async (t) => {
  const sandbox = sandboxFor(t);
  const { child, ended } = follower(sandbox, ['cy']);
  await until(() => readHeartbeat(sandbox.root, 'cy')?.status === 'active', 'a heartbeat');
  assert.equal((await attachAgent(sandbox, { name: 'cy' })).name, 'cy-2');
  child.kill('SIGKILL');
  await ended;
  assert.equal((await attachAgent(sandbox, { name: 'cy' })).name, 'cy');
});

test('--follow goes on by the files when the daemon is killed', async (t) => {
  const sandbox = sandboxFor(t);
  const daemon = await startDaemon(sandbox);
  const { text } = follower(sandbox, ['cy']);
  await until(() => readHeartbeat(sandbox.root, 'cy')?.status === 'active', 'a heartbeat');
  await daemon.kill('SIGKILL');
  await cli(sandbox, ['send', 'cy', 'after the daemon', '--from', 'ann']);
  await until(() => text().includes('after the daemon'), 'what came');
  await until(() => listDone(sandbox, 'cy').length === 1, 'it to be noted as seen');
});

test('a reader that goes away is no error', async (t) => {
  const sandbox = sandboxFor(t);
  for (let n = 0; n < 300; n += 1) dropMessage(sandbox, 'cy', { text: 'x'.repeat(2000) });
  const { code, stdout } = await shell(
    sandbox,
    'set -o pipefail; cc2cc receive cy 2>/dev/null | head -n 1',
  );
  assert.equal(stdout.split('\n').length, 2);
  assert.equal(code, 0);
  // What nobody can have read goes on waiting: the pipe holds some 64 KiB.
  assert.ok(listInbox(sandbox, 'cy').length > 200);
});

test('on a narrow terminal and without colours it is readable', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'cy', { text: 'a text that is longer than the screen is wide' });
  const screen = await cliOnTerminal(sandbox, 30, ['receive', 'cy', '--peek'], { NO_COLOR: '1' });
  for (const line of screen.stdout.split('\n')) assert.ok(line.length <= 50, line);
  assert.match(
    screen.stdout.replaceAll(/\s+/g, ' '),
    /a text that is longer than the screen is wide/,
  );
});

for (const running of [false, true]) {
  const how = running ? 'with a daemon' : 'without a daemon';
  test(`reply answers, in the thread, and the question counts as seen, ${how}`, async (t) => {
    const sandbox = sandboxFor(t);
    if (running) await startDaemon(sandbox);
    const id = dropMessage(sandbox, 'cy', { text: 'which port?', type: 'task', from: 'ann' });
    const { code, stdout } = await cli(sandbox, ['reply', id, '8080', '--from', 'cy', '--json']);
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).to, 'ann');
    const [answer] = readMessages(sandbox, 'ann', 'inbox');
    const { type, replyTo, thread, hops, from } = answer!;
    assert.deepEqual([type, replyTo, thread, hops, from], ['response', id, id, 1, 'cy']);
    assert.deepEqual(listInbox(sandbox, 'cy'), []);
    const report = reportMessage(sandbox.root, id);
    assert.deepEqual([report.state, report.evidence], ['seen', 'reply']);
    // Again, to what was seen.
    assert.equal((await cli(sandbox, ['reply', id, 'sorry, 8081', '--from', 'cy'])).code, 0);
    const other = await cli(sandbox, ['reply', id, 'x', '--from', 'dee']);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /no message "[^"]+" for dee\. It is for cy.*--from cy/);
    const none = await cli(sandbox, ['reply', 'msg-none', 'x']);
    assert.match(none.stderr, /There is no message "msg-none"/);
    assert.equal((await cli(sandbox, ['reply', '../../etc', 'x'])).code, 2);
  });
}

test('receive for somebody who has never had mail makes no noise and no harm', async (t) => {
  const sandbox = sandboxFor(t);
  const own = await cli(sandbox, ['receive']);
  assert.equal(own.code, 0);
  const unknown = await cli(sandbox, ['receive', 'nobody-here']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /Nobody here is or was called/);
  const many = await cli(sandbox, ['receive', 'cy', '-n', 'many']);
  assert.equal(many.code, 2);
  assert.match(many.stderr, /^cc2cc: --limit takes a whole number from 1, not "many"\./);
  assert.equal((await cli(sandbox, ['receive', 'cy', '--follow', '--peek'])).code, 2);
  assert.ok(!existsSync(join(sandbox.root, 'to-nobody-here')));
  assert.deepEqual(readdirSync(join(sandbox.dir, 'state')).includes('cc2cc'), true);
});

test('what was noted as seen by somebody who was stopped then is not shown again', async (t) => {
  const sandbox = sandboxFor(t);
  const id = dropMessage(sandbox, 'cy', { text: 'shown before' });
  dropMessage(sandbox, 'cy', { text: 'new' });
  const line = { id, at: new Date().toISOString(), event: 'seen', evidence: 'command' } as const;
  appendJournal(mailboxOf(sandbox, 'cy').journal, [line]);
  const peeked = await cli(sandbox, ['receive', 'cy', '--peek']);
  assert.doesNotMatch(peeked.stdout, /shown before/);
  assert.equal(listInbox(sandbox, 'cy').length, 2);
  const { stdout } = await cli(sandbox, ['receive', 'cy']);
  assert.match(stdout, /new/);
  assert.doesNotMatch(stdout, /shown before/);
  assert.equal(listDone(sandbox, 'cy').length, 2);
  stageBytes(
    sandbox,
    'cy',
    id,
    encodeMessage(createMessage({ id, from: 'x', to: 'cy', text: 'r' })),
  ).drop();
  assert.match((await cli(sandbox, ['receive', 'cy'])).stderr, /is rejected: replay/);
});

test('where the key is gone nothing is rejected for it', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'cy', { text: 'unsigned' });
  await cli(sandbox, ['send', 'cy', 'signed', '--from', 'ann']);
  rmSync(keyPath(sandbox.root));
  const strict = await cli(sandbox, ['receive', 'cy', '-n', '1'], {
    env: { CC2CC_SIGNATURES: 'require' },
  });
  assert.match(strict.stderr, /unsigned, and the policy/);
  assert.match(strict.stderr, /There is no key at .*secret\.key to check signatures/);
  assert.equal(strict.code, 1);
  assert.equal(listInbox(sandbox, 'cy').length, 1);
  const { stdout } = await cli(sandbox, ['receive', 'cy']);
  assert.match(stdout, /\(signature not checked\)\n {2}signed/);
  assert.deepEqual(rejectionReasons(sandbox).length, 1);
});

test('names of files that are refused are shown harmless', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'cy', { text: 'good' });
  const { inbox } = mailboxOf(sandbox, 'cy');
  const path = join(inbox, '\u009b31m\u202eevil.json');
  writeFileSync(path, 'x');
  utimesSync(path, 1, 1);
  for (const args of [['--peek'], []]) {
    const { stderr } = await cli(sandbox, ['receive', 'cy', ...args]);
    assert.match(stderr, /^"evil\.json" is /m);
  }
});

test('who was renamed is served under the new name, and told', async (t) => {
  const sandbox = sandboxFor(t);
  dropMessage(sandbox, 'fox', { text: 'for the fox' });
  ensureMailbox(mailboxOf(sandbox, 'ann'));
  mkdirSync(rootPaths(sandbox.root).agents, { recursive: true });
  writeCard(sandbox.root, { name: 'cy', renamed_to: 'fox' });
  const told = await cli(sandbox, ['send', 'cy', 'x', '--wait', '10ms', '--from', 'ann']);
  assert.match(told.stderr, /^msg-\S+ \(cy is called fox now\): .* Waiting for the answer/m);
  const env = { CC2CC_NAME: 'cy' };
  const sent = await cli(sandbox, ['send', 'ann', 'x', '--json'], { env });
  assert.equal((JSON.parse(sent.stdout) as { from: string }).from, 'fox');
  const { stdout, stderr } = await cli(sandbox, ['receive'], { env });
  assert.match(stdout, /for the fox/);
  assert.match(stdout, /\(its sender waits for your reply, verified\)/);
  assert.match(stderr, /cy is called fox now/);
});

test('what cannot be noted as seen is said to be shown again, and an answer is sent once', async (t) => {
  if (process.platform === 'win32') {
    t.skip('needs ulimit');
    return;
  }
  const sandbox = sandboxFor(t);
  const id = dropMessage(sandbox, 'cy', { from: 'ann', text: 'hello' });
  ensureMailbox(mailboxOf(sandbox, 'ann'));
  writeFileSync(mailboxOf(sandbox, 'cy').journal, '\n'.repeat(3000));
  // No file may grow beyond 1 or 2 KiB: like a full disk, but for what is small.
  const read = await shell(sandbox, 'ulimit -f 2; cc2cc receive cy');
  assert.equal(read.code, 1);
  assert.match(read.stderr, /Cannot note what was seen: EFBIG .*shown again/);
  assert.equal(listInbox(sandbox, 'cy').length, 1);
  const answer = await shell(sandbox, `ulimit -f 2; cc2cc reply ${id} hi --from cy`);
  assert.equal(answer.code, 0);
  assert.match(answer.stderr, /The message that you answer: Cannot note/);
  assert.equal(listInbox(sandbox, 'ann').length, 1);
});

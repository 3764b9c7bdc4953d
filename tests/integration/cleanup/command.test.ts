/** `cc2cc cleanup`, with a daemon and without. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { acquireLease } from '../../../protocol/lease.js';
import { thisProcess } from '../../../protocol/process-identity.js';
import { startDaemon } from '../../support/daemon.js';
import { dropMessage, listDone, listInbox, mailboxOf, readMessages } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import type { CommandResult } from '../lifecycle/support.js';
import { Root } from '../../mail/cleanup/support/root.js';

const CC2CC = fileURLToPath(new URL('../../../bin/cc2cc.cjs', import.meta.url));

function cleanup(sandbox: Sandbox, ...args: string[]): Promise<CommandResult> {
  const options = { env: sandbox.envWith({}), cwd: sandbox.work, timeout: 40_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [CC2CC, 'cleanup', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** A part of a day that has passed when a command has started. */
const NOW = ['--days', '0.0000001'];
const old = { from: 'ann', at: Date.now() - 3 * 86_400_000, ttl: 1 };

/** Something that was seen, something that is due, and something that waits. */
function scene(sandbox: Sandbox): { due: string; waits: string } {
  mkdirSync(sandbox.root, { mode: 0o700, recursive: true });
  const waits = dropMessage(sandbox, 'ben', { from: 'ann', ttl: 0 });
  const message = { id: 'msg-1', timestamp: new Date(old.at).toISOString(), ttl: 1 };
  writeFileSync(join(mailboxOf(sandbox, 'ben').done, 'msg-1.json'), JSON.stringify(message));
  dropMessage(sandbox, 'ann', { from: 'ben', ttl: 0 });
  return { due: dropMessage(sandbox, 'ben', old), waits };
}

for (const withDaemon of [false, true]) {
  const how = withDaemon ? 'through a daemon' : 'without a daemon';
  test(`${how}: a dry run changes nothing, the run does what it said`, async (t) => {
    const sandbox = makeSandbox({ CC2CC_SWEEP_MS: '3600000', CC2CC_ROUND_MS: '10000' });
    t.after(() => sandbox.cleanup());
    mkdirSync(sandbox.root, { mode: 0o700 });
    if (withDaemon) await startDaemon(sandbox);
    const files = Object.assign(Object.create(Root.prototype) as Root, { path: sandbox.root });
    const { due, waits } = scene(sandbox);
    const before = files.listing();
    const dry = await cleanup(sandbox, '--dry-run', ...NOW);
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(
      dry.stdout,
      /this would go:\n {2}expired +1 +0 B[^]*done +1 [^]*Nothing was changed/,
    );
    assert.equal(dry.stderr.includes('No daemon runs'), !withDaemon);
    assert.deepEqual(files.listing(), before);
    const done = await cleanup(sandbox, '--json', ...NOW);
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as { kinds: { kind: string; count: number }[] };
    assert.deepEqual(
      report.kinds.map(({ kind }) => kind),
      ['expired', 'done'],
    );
    assert.ok(!existsSync(join(mailboxOf(sandbox, 'ben').done, 'msg-1.json')));
    assert.deepEqual(listInbox(sandbox, 'ben'), [`${waits}.json`]);
    const told = readMessages(sandbox, 'ann', 'inbox').filter(({ replyTo }) => replyTo === due);
    assert.equal(told.length, 1);
    assert.match(told[0]?.signature ?? '', /^hmac-sha256:/);
    assert.ok(listDone(sandbox, 'ben').length <= 1);
    const again = await cleanup(sandbox);
    assert.match(
      again.stdout,
      /^Nothing to clean up: what has ended is kept for 7 days, and a message also until/,
    );
  });
}

const BAD: [args: string[], code: number, stderr: RegExp][] = [
  [['--days', '0'], 2, /--days 0: not a number above 0/],
  [['--days', 'x'], 2, /not a number/],
  [['--days'], 2, /argument missing/],
  [['now'], 2, /too many arguments/],
];
for (const [args, code, stderr] of BAD) {
  test(`cc2cc cleanup ${args.join(' ')} exits ${code}`, async (t) => {
    const sandbox = makeSandbox();
    t.after(() => sandbox.cleanup());
    const ended = await cleanup(sandbox, ...args);
    assert.deepEqual([ended.code, ended.stdout], [code, '']);
    assert.match(ended.stderr, stderr);
  });
}

test('without a root there is nothing to do, and none is made', async (t) => {
  const sandbox = makeSandbox({ CC2CC_KEEP_DAYS: '0' });
  t.after(() => sandbox.cleanup());
  const { code, stdout } = await cleanup(sandbox);
  assert.equal(code, 0);
  assert.match(stdout, /kept for ever/);
  assert.ok(!existsSync(sandbox.root));
});

test('two at once: the second one says so', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  scene(sandbox);
  const { locks } = sandbox.hostPaths();
  acquireLease(join(locks, 'cleanup'), thisProcess(), () => false);
  const { code, stderr } = await cleanup(sandbox, ...NOW);
  assert.equal(code, 1);
  assert.match(stderr, /A cleanup is under way \(process \d+\)/);
  assert.ok(readdirSync(mailboxOf(sandbox, 'ben').done).includes('msg-1.json'));
});

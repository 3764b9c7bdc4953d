/** A full disk: the sender is told, nothing is truncated, and nobody needs to restart anything. */
import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { appendJournal, readJournal, type JournalLine } from '../../../mail/delivery.js';
import { heartbeatPath, readHeartbeat } from '../../../protocol/heartbeat.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listInbox, listMailbox, mailboxOf, readMessages } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { mountRoot } from './mounts.js';
import { acceptedId } from './support.js';

interface Stage {
  sandbox: Sandbox;
  ann: Agent;
  ben: Agent;
}

async function stage(t: TestContext, options: string): Promise<Stage | string> {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, options);
  if (why !== undefined) return why;
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  await ann.call('send', { to: 'ben', text: 'before' });
  await ben.waitForMessage('before');
  return { sandbox, ann, ben };
}

/** Takes all space but `leave` bytes; returns the file to remove. */
function fillDisk(root: string, leave: number): string {
  const path = join(root, 'filler');
  const fd = openSync(path, 'w');
  let size = 0;
  try {
    for (;;) size += writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(fd);
  }
  truncateSync(path, size - leave);
  return path;
}

async function assertRefused({ sandbox, ann, ben }: Stage, text: string): Promise<void> {
  const before = listInbox(sandbox, 'ben');
  const refused = await ann.call('send', { to: 'ben', text });
  assert.equal(refused.isError, true, refused.text.slice(0, 200));
  assert.match(refused.text, /ENOSPC at /);
  assert.ok(refused.text.includes(join(sandbox.root, 'to-ben')), 'the path is named');
  assert.match(refused.text, /free some space/);
  assert.deepEqual(listInbox(sandbox, 'ben'), before);
  // Empty files may lie ready for the next message; a part of one must not.
  const { tmp } = mailboxOf(sandbox, 'ben');
  const parts = listMailbox(sandbox, 'ben', 'tmp').filter((file) => sizeOf(join(tmp, file)) > 0);
  assert.deepEqual(parts, []);
  await ben.call('whoami'); // what had been pushed would have come before this answer
  // Only where the last step fails, as a link does on a tmpfs without inodes, ben may have seen it;
  // then ann is told so.
  const shown = ben.channel.some(({ content }) => content.includes(text.slice(0, 20)));
  assert.equal(/ben may have seen it/.test(refused.text), shown, refused.text);
}

/** Ann can write to ben again, and nothing of what failed has been delivered meanwhile. */
async function assertRecovered({ sandbox, ann, ben }: Stage, pids: number[]): Promise<void> {
  const id = acceptedId(await ann.call('send', { to: 'ben', text: 'afterwards' }));
  await ben.waitForMessage('afterwards');
  const texts = readMessages(sandbox, 'ben', 'inbox').map(({ content }) => content.text);
  assert.deepEqual(texts, ['before', 'afterwards']);
  assert.ok(listInbox(sandbox, 'ben').includes(`${id}.json`));
  assert.deepEqual(daemonPids(sandbox), pids, 'no daemon has died of it');
  for (const name of ['ann', 'ben']) {
    await until(
      () => readHeartbeat(sandbox.root, name)?.status === 'active',
      `heartbeat in ${heartbeatPath(sandbox.root, name)}`,
    );
  }
  assert.deepEqual([ann.stray, ben.stray], [[], []]);
}

for (const leave of [0, 8192]) {
  test(`no space but ${leave} bytes: a send is refused, and works once there is space`, async (t) => {
    const scene = await stage(t, 'size=1m');
    if (typeof scene === 'string') return t.skip(scene);
    const pids = daemonPids(scene.sandbox);
    const filler = fillDisk(scene.sandbox.root, leave);
    for (let i = 0; i < 5; i += 1) {
      await assertRefused(scene, `too much ${leave} ${i} ${'x'.repeat(64 * 1024)}`);
    }
    rmSync(filler);
    await assertRecovered(scene, pids);
  });
}

test('no more files: a send is refused, and works once there is room', async (t) => {
  const scene = await stage(t, 'size=4m,nr_inodes=200');
  if (typeof scene === 'string') return t.skip(scene);
  const { root } = scene.sandbox;
  const pids = daemonPids(scene.sandbox);
  const fillers = (): string[] => readdirSync(root).filter((name) => name.startsWith('filler'));
  assert.throws(() => {
    for (let i = 0; ; i += 1) writeFileSync(join(root, `filler-${i}`), '');
  }, /ENOSPC/);
  await assertRefused(scene, 'no room for a file');
  for (const name of fillers()) rmSync(join(root, name));
  await assertRecovered(scene, pids);
});

test('a line that the disk takes only a part of does not spoil the next one', (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, 'size=64k');
  if (why !== undefined) return t.skip(why);
  const path = join(sandbox.root, 'journal.jsonl');
  const line = (id: string): JournalLine => ({
    id,
    at: new Date().toISOString(),
    event: 'expired',
  });
  writeFileSync(path, `${'x'.repeat(4076)}\n`); // a page holds 19 bytes more
  const filler = fillDisk(sandbox.root, 0);
  assert.throws(() => {
    appendJournal(path, [line('msg-1')]);
  }, /ENOSPC|short write/);
  rmSync(filler);
  appendJournal(path, [line('msg-2')]);
  assert.deepEqual([...readJournal(path).keys()], ['msg-2']);
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

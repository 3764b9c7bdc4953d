/**
 * A file system of 1 MiB that runs full while sessions and commands send: whatever is said to be accepted
 * is there, whatever is not was refused with a word of the disk, no file is torn, and once there is room
 * again all goes on by itself.
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { heartbeatPath, isFresh, readHeartbeat } from '../../../protocol/heartbeat.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listDone, listInbox, listMailbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { mountRoot, mountSmall } from '../lifecycle/mounts.js';
import { assertNoneTorn } from './whole.js';

/** So many sends are refused before there is room again. */
const REFUSALS = 12;
const SIZES = [40, 3_000, 20_000, 90, 50_000, 9_000];

interface Sent {
  to: string;
  id: string;
  text: string;
}

/** Sends from everywhere until the disk has refused often enough. */
async function sendUntilFull(sandbox: Sandbox, ann: Agent, ben: Agent): Promise<Sent[]> {
  const accepted: Sent[] = [];
  let refused = 0;
  const note = (to: string, text: string, said: string): void => {
    const id = /^(?:Accepted )?(msg-[0-9a-f-]{36})/.exec(said)?.[1];
    if (id !== undefined) {
      accepted.push({ to, id, text });
      return;
    }
    refused += 1;
    assert.match(said, /ENOSPC at \//, 'the error names the disk and the place');
    assert.match(said, /The disk is full: free some space and try again\./);
  };
  for (let i = 0; refused < REFUSALS; i += 1) {
    assert.ok(i < 500, 'it runs full');
    const text = `text ${i} ${'x'.repeat(SIZES[i % SIZES.length] ?? 0)}`;
    if (i % 3 === 0) note('ben', text, (await ann.call('send', { to: 'ben', text })).text);
    if (i % 3 === 1) note('cat', text, (await ben.call('send', { to: 'cat', text })).text);
    if (i % 3 === 2) {
      const args = ['send', 'cat', text.slice(0, 20_000), '--from', 'eve'];
      const { stdout, stderr } = await cli(sandbox, args);
      note('cat', text.slice(0, 20_000), stdout + stderr);
    }
  }
  return accepted;
}

function places(sandbox: Sandbox, { to, id }: Sent): string[] {
  const file = `${id}.json`;
  return [
    ...(listInbox(sandbox, to).includes(file) ? ['inbox'] : []),
    ...(listDone(sandbox, to).includes(file) ? ['done'] : []),
  ];
}

test('the bridge root runs full under a daemon at work', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, 'size=1m');
  if (why !== undefined) return t.skip(why);
  const filler = join(sandbox.root, 'filler');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await Promise.all([awake(ann), awake(ben)]);
  writeFileSync(filler, Buffer.alloc(200 * 1024));
  const pids = daemonPids(sandbox);

  const accepted = await sendUntilFull(sandbox, ann, ben);
  for (const sent of accepted) assert.equal(places(sandbox, sent).length, 1, `${sent.id} is there`);
  await assertNoneTorn(sandbox.root);

  // What waits can be read all the same, and the daemon says what is wrong.
  const shown: string[] = [];
  for (let more = true; more;) {
    const { text } = await cat.call('check_inbox');
    const ids = text.match(/text \d+ /g) ?? [];
    shown.push(...ids);
    more = ids.length > 0;
  }
  const forCat = accepted.filter(({ to }) => to === 'cat');
  assert.deepEqual(
    shown,
    forCat.map(({ text }) => /^text \d+ /.exec(text)?.[0]),
    'all of it, once, in order',
  );
  await until(async () => {
    const { health } = await callDaemon(sandbox.hostPaths(), 'status', {});
    return /ENOSPC/.test(health.problems.join());
  }, 'word of the full disk in status');
  await assertNoneTorn(sandbox.root);
  const lines = readFileSync(sandbox.hostPaths().log, 'utf8').split('\n').length;

  rmSync(filler);
  await until(async () => {
    const { health } = await callDaemon(sandbox.hostPaths(), 'status', {});
    return health.ok;
  }, 'a healthy daemon');
  assert.deepEqual(daemonPids(sandbox), pids, 'it is the same one');
  for (const name of ['ann', 'ben', 'cat']) {
    await until(
      () => {
        const heartbeat = readHeartbeat(sandbox.root, name);
        return heartbeat?.status === 'active' && isFresh(heartbeat);
      },
      `heartbeat in ${heartbeatPath(sandbox.root, name)}`,
    );
  }
  await until(
    () => listMailbox(sandbox, 'cat', 'receipts').length === forCat.length,
    `${forCat.length} receipts, of which there are ${listMailbox(sandbox, 'cat', 'receipts').length}`,
  );
  const { text } = await ann.call('send', { to: 'ben', text: 'afterwards' });
  assert.match(text, /^Accepted/);
  await ben.waitForMessage('afterwards');
  await assertNoneTorn(sandbox.root);
  for (const sent of accepted) assert.equal(places(sandbox, sent).length, 1, `${sent.id} is there`);
  assert.ok(lines < 100, `${lines} lines in the log`);
  assert.deepEqual([ann.stray, ben.stray, cat.stray], [[], [], []]);
});

test('the state folder runs full under a daemon at work', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const folder = sandbox.env['XDG_STATE_HOME'] ?? '';
  const why = mountSmall(sandbox, folder, 'size=1m');
  if (why !== undefined) return t.skip(why);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const { log, rendezvous } = sandbox.hostPaths();
  const pids = daemonPids(sandbox);
  const filler = join(folder, 'filler');
  assert.throws(() => {
    for (let i = 0; ; i += 1) writeFileSync(`${filler}-${i}`, Buffer.alloc(4096));
  }, /ENOSPC/);

  const room = 4096 - (statSync(log).size % 4096);
  appendFileSync(log, `{"last":"${'x'.repeat(room - 12)}"}\n`);
  const { size } = statSync(log);

  // Mail is none of its business.
  for (let i = 0; i < 20; i += 1) {
    const { text, isError } = await ann.call('send', { to: 'ben', text: `text ${i}` });
    assert.ok(!isError, text);
    await ben.waitForMessage(`text ${i}`);
  }
  const args = ['send', 'ben', 'by command', '--from', 'eve'];
  const sent = await cli(sandbox, args);
  assert.equal(sent.code, 0, sent.stderr);
  await ben.waitForMessage('by command');
  const cat = await attachAgent(sandbox, { name: 'cat' });
  await awake(cat);
  // A log line for each that comes and goes: they find no room.
  await cat.close();
  assert.equal(statSync(log).size, size);

  for (const file of readdirSync(folder)) {
    if (file.startsWith('filler')) rmSync(join(folder, file));
  }
  assert.ok(existsSync(rendezvous));
  const dan = await attachAgent(sandbox, { name: 'dan' });
  await awake(dan);
  await until(() => /"name":"dan".*attached/.test(readFileSync(log, 'utf8')), 'lines in the log');
  const broken = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^\{.*\}$/.test(line));
  assert.deepEqual(broken, [], 'no line is torn');
  assert.deepEqual(daemonPids(sandbox), pids);
  assert.equal((await callDaemon(sandbox.hostPaths(), 'status', {})).health.ok, true);
});

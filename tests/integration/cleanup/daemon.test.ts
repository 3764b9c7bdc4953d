/** The daemon forgets what has been kept long enough, by itself and when it is asked to. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isTombstone } from '../../../mail/tombstone.js';
import { callDaemon } from '../../../protocol/control.js';
import { heartbeatPath } from '../../../protocol/heartbeat.js';
import { mailboxPaths, rootPaths } from '../../../protocol/paths.js';
import { attachAgent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, dropSigned, listDone, listInbox, mailboxOf } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { drainInbox, killDaemon, successor } from '../lifecycle/support.js';

/** A tenth of a second, so that a test need not wait for a week. */
const KEEP = { CC2CC_KEEP_DAYS: '0.000001', CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '50' };
const SOON = { ...KEEP, CC2CC_CLEANUP_MS: '100' };

/** Sent so long ago that its ttl has passed and clocks may differ. */
const old = { from: 'ann', at: Date.now() - 3 * 86_400_000, ttl: 1 };

/** Dead for so long as nobody would wait. */
function age(sandbox: Sandbox, name: string): void {
  const then = new Date(Date.now() - 60_000);
  const { inbox } = mailboxOf(sandbox, name);
  const lease = join(rootPaths(sandbox.root).leases, name);
  const card = join(rootPaths(sandbox.root).agents, `${name}.json`);
  writeFileSync(
    heartbeatPath(sandbox.root, name),
    JSON.stringify({ agent: name, timestamp: then.toISOString(), status: 'offline' }),
  );
  for (const path of [inbox, lease, card, heartbeatPath(sandbox.root, name)]) {
    if (existsSync(path)) utimesSync(path, then, then);
  }
}

test('of an attached agent done/ is cleaned, and somebody who is gone is forgotten', async (t) => {
  const sandbox = makeSandbox(SOON);
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await ben.close();
  const lasting = dropSigned(sandbox, 'cid', { from: 'ann', ttl: 0 });
  dropMessage(sandbox, 'ann', old); // expires, and goes to done/ and away
  await until(() => listInbox(sandbox, 'ann').length === 0, 'expired');
  await until(() => listDone(sandbox, 'ann').length === 0, 'gone');
  await until(() => {
    age(sandbox, 'ben');
    return !existsSync(mailboxOf(sandbox, 'ben').dir);
  }, 'ben forgotten');
  assert.deepEqual(listInbox(sandbox, 'cid'), [`${lasting}.json`], 'what waits has time');
  assert.ok(existsSync(mailboxOf(sandbox, 'ann').inbox), 'who is attached stays');
  // Forgotten is not banned: the name can be had again.
  const again = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  assert.equal(again.name, 'ben');
  const sent = await ann.call('send', { to: 'ben', text: 'welcome' });
  assert.match(sent.text, /^Accepted/);
  await drainInbox(again);
  assert.ok(again.lines.some((line) => line.includes('welcome')));
});

test('what was seen and lasts for ever leaves a tombstone, and does not come again', async (t) => {
  const sandbox = makeSandbox(SOON);
  t.after(() => sandbox.cleanup());
  await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'once only', ttl: 0 });
  await drainInbox(ben);
  const path = join(mailboxOf(sandbox, 'ben').done, `${id}.json`);
  await until(() => isTombstone(path), 'tombstone');
  dropSigned(sandbox, 'ben', { id, from: 'ann', text: 'once only', ttl: 0 });
  await until(() => readdirSync(rootPaths(sandbox.root).rejected).length > 0, 'rejected');
  await drainInbox(ben);
  assert.equal(ben.lines.filter((line) => line.includes('once only')).length, 1);
});

test('killed in the midst of it: the next daemon goes on, and nothing that waits is lost', async (t) => {
  const sandbox = makeSandbox({ ...KEEP, CC2CC_SWEEP_MS: '3600000' });
  t.after(() => sandbox.cleanup());
  await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const done = mailboxOf(sandbox, 'ben').done;
  const waiting = dropSigned(sandbox, 'ben', { from: 'ann', ttl: 0 });
  const stones: string[] = [];
  for (let n = 0; n < 3000; n += 1) {
    const id = `msg-${n}`;
    const ttl = n % 10 === 0 ? 0 : 1;
    if (ttl === 0) stones.push(`${id}.json`);
    const message = { id, timestamp: new Date(old.at).toISOString(), from: 'ann', to: 'ben', ttl };
    writeFileSync(join(done, `${id}.json`), JSON.stringify({ ...message, content: { text: '' } }));
  }
  const paths = sandbox.hostPaths();
  const asked = callDaemon(paths, 'cleanup', { dryRun: false }).catch(() => undefined);
  await until(() => readdirSync(done).length < 2_900, 'under way');
  const before = killDaemon(sandbox);
  await asked;
  await successor(sandbox, before);
  const left = readdirSync(done).length;
  assert.ok(left > stones.length, `${left} files: it was not in the midst of it`);
  const report = await callDaemon(paths, 'cleanup', { dryRun: false });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(readdirSync(done).sort(), stones.sort());
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${waiting}.json`]);
});

test('the daemon answers while it looks at very many files', async (t) => {
  const sandbox = makeSandbox({ ...KEEP, CC2CC_KEEP_DAYS: '7' });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  const { done } = mailboxPaths(sandbox.root, 'ben');
  dropSigned(sandbox, 'ben', { from: 'ann', ttl: 0 });
  for (let n = 0; n < 20_000; n += 1) writeFileSync(join(done, `msg-${n}.json`), '{}');
  const paths = sandbox.hostPaths();
  let ended = false;
  let answers = 0;
  const cleaning = callDaemon(paths, 'cleanup', { dryRun: false }).finally(() => (ended = true));
  while (!ended) {
    await callDaemon(paths, 'status', {});
    answers += 1;
  }
  assert.deepEqual((await cleaning).kinds, []);
  assert.ok(answers > 2, `${answers} answers meanwhile`);
});

test('what is put in the place of a waiting message is judged by its own ttl', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '50' });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  const at = Date.now();
  const id = dropMessage(sandbox, 'cid', { at, ttl: 3 });
  const past = dropMessage(sandbox, 'cid', { ...old, from: 'hand-writer' });
  await until(() => listDone(sandbox, 'cid').includes(`${past}.json`), 'a sweep that read both');
  dropMessage(sandbox, 'cid', { id, at, ttl: 0 }); // somebody has mended the file
  const next = dropMessage(sandbox, 'cid', { at, ttl: 3.2 });
  await until(() => listDone(sandbox, 'cid').includes(`${next}.json`), 'a sweep after its time');
  assert.deepEqual(listInbox(sandbox, 'cid'), [`${id}.json`]);
});

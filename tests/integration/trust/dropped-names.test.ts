/** Files that are dropped and claim to be from somebody: whose name that may be. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Keyring } from '../../../mail/keyring.js';
import { heartbeatPath, readHeartbeat } from '../../../protocol/heartbeat.js';
import { createMessage, encodeMessage, type Message } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { attachAgent, type Agent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import {
  dropMessage,
  listInbox,
  mailboxOf,
  rejectionReasons,
  stageBytes,
} from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { killDaemon, statusOf, successor } from '../lifecycle/support.js';
import { idOf, idsIn } from '../mailbox/support/inbox.js';

function sandboxWith(t: TestContext, extras: Extras = {}): Sandbox {
  const sandbox = makeSandbox(extras);
  t.after(() => sandbox.cleanup());
  return sandbox;
}

const tool = (sandbox: Sandbox, name: string): Promise<Agent> =>
  attachAgent(sandbox, { name, lanes: 'tool' });

/** What ben is shown of a dropped message, and why files were refused, once one of the two is so. */
async function fate(sandbox: Sandbox, ben: Agent, id: string): Promise<string> {
  return until(async () => {
    const read = await ben.call('check_inbox');
    const header = read.text.split('\n').find((line) => line.startsWith(`[${id}]`));
    return header ?? rejectionReasons(sandbox)[0];
  }, `the fate of ${id}`);
}

const fromAnn = (text = 'I am ann'): Message =>
  createMessage({ id: newMessageId(), from: 'ann', to: 'ben', text });

const IMPOSTURE = /unsigned, and it claims to be from ann, a session that is attached/;

/** What becomes of a file from `ann`, who is attached. */
const POLICIES: readonly [string, 'unsigned' | 'signed', RegExp][] = [
  ['accept', 'unsigned', /from ann, .*, unsigned$/],
  ['flag', 'unsigned', IMPOSTURE],
  ['require', 'unsigned', /unsigned, and the policy is to require signatures/],
  ['accept', 'signed', /from ann, .*, verified$/],
  ['flag', 'signed', /from ann, .*, verified$/],
  ['require', 'signed', /from ann, .*, verified$/],
];
for (const [policy, kind, wanted] of POLICIES) {
  test(`${policy}: an ${kind} file with the name of a live session`, async (t) => {
    const sandbox = sandboxWith(t, { CC2CC_SIGNATURES: policy });
    await tool(sandbox, 'ann');
    const ben = await tool(sandbox, 'ben');
    const message = fromAnn();
    const sealed = kind === 'signed' ? new Keyring(sandbox.root).seal(message) : message;
    const { id, drop } = stageBytes(sandbox, 'ben', message.id, encodeMessage(sealed));
    drop();
    assert.match(await fate(sandbox, ben, id), wanted);
  });
}

test('who has left, and who never was a session, is not protected, and is shown as unsigned', async (t) => {
  const sandbox = sandboxWith(t);
  const ann = await tool(sandbox, 'ann');
  const ben = await tool(sandbox, 'ben');
  assert.match(await fate(sandbox, ben, dropMessage(sandbox, 'ben', { from: 'cy' })), /unsigned$/);
  await ann.close();
  await until(
    async () => !(await statusOf(sandbox)).agents.some(({ name }) => name === 'ann'),
    'end',
  );
  assert.match(await fate(sandbox, ben, dropMessage(sandbox, 'ben', { from: 'ann' })), /unsigned$/);
});

test('what lay there before the session had the name is of somebody else, also after a restart', async (t) => {
  const sandbox = sandboxWith(t);
  const ben = await tool(sandbox, 'ben');
  const early = dropMessage(sandbox, 'ben', { from: 'ann', text: 'of a script called ann' });
  await until(async () => (await statusOf(sandbox)).agents[0]?.waiting === 1, 'taken in');
  await until(() => Date.now() % 50 < 5, 'another millisecond');
  const ann = await tool(sandbox, 'ann');
  const since = readHeartbeat(sandbox.root, 'ann')?.since;
  assert.ok(since);
  const before = killDaemon(sandbox);
  await successor(sandbox, before);
  await ann.call('whoami');
  assert.equal(readHeartbeat(sandbox.root, 'ann')?.since, since, 'the session is the same');
  // Neither daemon takes it for an imposture; what comes now is one.
  const late = dropMessage(sandbox, 'ben', { from: 'ann', text: 'a lie' });
  await until(() => rejectionReasons(sandbox).length === 1, 'a refusal');
  assert.match(rejectionReasons(sandbox)[0]!, IMPOSTURE);
  const read = await ben.call('check_inbox');
  assert.ok(idsIn(read).includes(early) && !idsIn(read).includes(late), read.text);
});

test('to look at a file does not make it a later one, and what is seen is closed to others', async (t) => {
  const sandbox = sandboxWith(t);
  await startDaemon(sandbox);
  const message = fromAnn('of a script called ann');
  const { id, drop } = stageBytes(sandbox, 'ben', message.id, encodeMessage(message));
  chmodSync(join(mailboxOf(sandbox, 'ben').tmp, `${id}.json`), 0o664); // a umask of 002
  drop();
  await until(() => Date.now() % 50 < 5, 'another millisecond');
  await tool(sandbox, 'ann');
  assert.match((await cli(sandbox, ['receive', 'ben', '--peek'])).stdout, /of a script called ann/);
  await statusOf(sandbox);
  const ben = await tool(sandbox, 'ben');
  await ben.call('check_inbox'); // or the call that asked for the name has brought it
  const seen = join(mailboxOf(sandbox, 'ben').done, `${id}.json`);
  await until(() => existsSync(seen) || rejectionReasons(sandbox).length > 0, 'its end');
  assert.deepEqual(rejectionReasons(sandbox), []);
  if (process.platform !== 'win32') assert.equal(statSync(seen).mode & 0o777, 0o600);
});

test('a message that waits is not exchanged for an unsigned one', async (t) => {
  const sandbox = sandboxWith(t);
  const ann = await tool(sandbox, 'ann');
  const ben = await tool(sandbox, 'ben');
  const id = idOf(await ann.call('send', { to: 'ben', text: 'the truth' }));
  const path = join(mailboxOf(sandbox, 'ben').inbox, `${id}.json`);
  await until(() => existsSync(path), 'its file');
  writeFileSync(path, encodeMessage({ ...fromAnn('a lie'), id }));
  const read = await ben.call('check_inbox');
  assert.doesNotMatch(read.text, /a lie/);
  await until(() => rejectionReasons(sandbox).length === 1, 'a refusal');
  assert.match(rejectionReasons(sandbox)[0]!, IMPOSTURE);
});

test('for who is away it is judged when it is read: by a session, and by a command', async (t) => {
  const sandbox = sandboxWith(t);
  await tool(sandbox, 'ann');
  for (const name of ['ben', 'cat']) dropMessage(sandbox, name, { from: 'ann', text: 'a lie' });
  const ben = await tool(sandbox, 'ben');
  assert.match((await ben.call('check_inbox')).text, /No messages wait/);
  const received = await cli(sandbox, ['receive', 'cat']);
  assert.match(received.stderr, /is rejected: unsigned, and it claims to be from ann/);
  assert.equal(received.stdout, '');
  assert.equal(rejectionReasons(sandbox).length, 2);
  assert.deepEqual([listInbox(sandbox, 'ben'), listInbox(sandbox, 'cat')], [[], []]);
});

test('a session on another host is protected by its heartbeat, while that is fresh', async (t) => {
  const sandbox = sandboxWith(t);
  const ben = await tool(sandbox, 'ben');
  const beat = (timestamp: string, more: object = {}): void => {
    const text = {
      agent: 'ann',
      name: 'ann',
      timestamp,
      status: 'active',
      host: 'far',
      lane: 'tool',
    };
    writeFileSync(heartbeatPath(sandbox.root, 'ann'), JSON.stringify({ ...text, ...more }));
  };
  beat(new Date(Date.now() - 60_000).toISOString());
  const stale = dropMessage(sandbox, 'ben', { from: 'ann' });
  assert.match(await fate(sandbox, ben, stale), /unsigned$/);
  beat(new Date().toISOString(), { lane: 'command' }); // a script that reads and drops files
  const scripts = dropMessage(sandbox, 'ben', { from: 'ann' });
  assert.match(await fate(sandbox, ben, scripts), /unsigned$/);
  beat(new Date().toISOString());
  const forged = dropMessage(sandbox, 'ben', { from: 'ann' });
  assert.match(await fate(sandbox, ben, forged), IMPOSTURE);
  // Its own daemon signs.
  const signed = new Keyring(sandbox.root).seal(fromAnn());
  stageBytes(sandbox, 'ben', signed.id, encodeMessage(signed)).drop();
  await until(async () => idsIn(await ben.call('check_inbox')).includes(signed.id), 'the true one');
});

test('an original server writes under its own name, also where a session of ours has it too', async (t) => {
  const sandbox = sandboxWith(t, { CC2CC_ROUND_MS: '100' });
  await startDaemon(sandbox);
  const ben = await tool(sandbox, 'ben');
  const dan = await OriginalAgent.start(sandbox, 'dan');
  await dan.send('ben', 'of an original');
  await until(async () => (await ben.call('check_inbox')).text.includes('of an original'), 'it');
  await tool(sandbox, 'ann');
  const rival = await OriginalAgent.start(sandbox, 'ann');
  await until(async () => !(await statusOf(sandbox)).health.ok, 'a rival that is noticed', 20_000);
  await rival.send('ben', 'of the other ann');
  const read = await until(async () => {
    const result = await ben.call('check_inbox');
    return result.text.includes('of the other ann') ? result : undefined;
  }, 'its message');
  assert.match(read.text, /from ann, .*, unsigned$/m);
  assert.deepEqual(rejectionReasons(sandbox), []);
});

test('a former name is nobody’s, and what was sent under it stays good', async (t) => {
  const sandbox = sandboxWith(t);
  const ann = await tool(sandbox, 'ann');
  const ben = await tool(sandbox, 'ben');
  const sent = await ann.call('send', { to: 'ben', text: 'as ann' });
  await ann.call('register', { name: 'amy' });
  const other = dropMessage(sandbox, 'ben', { from: 'ann', text: 'of a script called ann' });
  assert.match(await fate(sandbox, ben, other), /unsigned$/);
  const forged = dropMessage(sandbox, 'ben', { from: 'amy', text: 'a lie' });
  assert.match(await fate(sandbox, ben, forged), /claims to be from amy/);
  assert.match(sent.text, /Accepted/);
});

test('validate says it before it is dropped', async (t) => {
  const sandbox = sandboxWith(t);
  await tool(sandbox, 'ann');
  const path = join(sandbox.work, 'draft.json');
  writeFileSync(path, encodeMessage(fromAnn()));
  const { code, stdout } = await cli(sandbox, ['validate', path]);
  assert.equal(code, 1);
  assert.match(stdout, /error: from: unsigned, and it claims to be from ann/);
});

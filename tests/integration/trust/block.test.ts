/** Senders that a recipient takes nothing from, and what becomes of a trust.json that is broken. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeMessage, createMessage } from '../../../protocol/envelope.js';
import { rootPaths } from '../../../protocol/paths.js';
import { attachAgent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { endDaemons } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox, rejectionReasons } from '../../support/files.js';
import { daemonCommand, killDaemon, statusOf, successor } from '../lifecycle/support.js';
import { idOf, idsIn, pushedIds } from '../mailbox/support/inbox.js';
import { makeSandbox } from '../../support/sandbox.js';
import { HOLD, putTrust, scene } from './support.js';

const BLOCKED = /trust\.json blocks ann for ben: nothing was sent/;

test('whatever a blocked sender does is refused, and what waits of it goes', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, { CC2CC_LANES: 'tool' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await ben.call('send', { to: 'ann', text: 'a task', type: 'task' });
  const task = idOf(await ben.call('send', { to: 'ann', text: 'another', type: 'task' }));
  await ann.call('check_inbox');
  const waits = dropMessage(sandbox, 'zoe', { from: 'old-ann', text: 'x' });
  await person('block', 'old-ann', '--for', 'zoe');
  assert.equal((await person('block', 'ann', '--for', 'ben')).stdout, 'ann is blocked for ben.\n');
  await until(async () => (await statusOf(sandbox)).trust?.blocked === 2, 'it is in force');

  for (const [tool, args] of [
    ['send', { to: 'ben', text: 'x' }],
    ['ask', { to: 'ben', text: 'x', timeout_s: 0 }],
    ['reply', { msg_id: task, text: 'x' }],
    ['delegate_task', { to: 'ben', title: 'x', text: 'x' }],
  ] as const) {
    const { text, isError } = await ann.call(tool, args);
    assert.ok(isError, tool);
    assert.match(text, BLOCKED);
  }
  const all = await ann.call('broadcast', { text: 'to all' });
  assert.match(all.text, /Accepted for 1 of 1 agents:[^]*1 agent passed over, by trust\.json/);
  assert.equal(idsIn(await cat.call('check_inbox')).length, 1);
  const command = await cli(sandbox, ['send', 'ben', 'x', '--from', 'ann', '--json'], {
    env: { CLAUDE_CODE_SESSION_ID: ann.sessionId },
  });
  assert.match(command.stdout + command.stderr, BLOCKED);
  assert.equal(
    (
      await cli(sandbox, ['broadcast', 'x', '--from', 'ann'], {
        env: { CLAUDE_CODE_SESSION_ID: ann.sessionId },
      })
    ).code,
    0,
  );
  // Another name does not help.
  await ann.call('register', { name: 'amy' });
  assert.match(
    (await ann.call('send', { to: 'ben', text: 'x' })).text,
    /trust\.json blocks amy for ben/,
  );
  // Others may, and ann may write to others.
  assert.equal((await cat.call('send', { to: 'ben', text: 'ok' })).isError, false);
  assert.equal((await ann.call('send', { to: 'cat', text: 'ok' })).isError, false);
  // By files: at once where somebody is attached, else when it is read.
  await person('block', 'cy');
  await until(async () => (await statusOf(sandbox)).trust?.blocked === 3, 'it is in force');
  dropMessage(sandbox, 'ben', { from: 'cy' });
  await until(() => rejectionReasons(sandbox).length === 1, 'a refusal');
  assert.match(rejectionReasons(sandbox)[0]!, /trust\.json blocks cy for all agents/);
  const received = await person('receive', 'zoe');
  assert.match(received.stderr, new RegExp(`${waits}.*trust.json blocks old-ann for zoe`));
  const draft = join(sandbox.work, 'draft.json');
  writeFileSync(
    draft,
    encodeMessage(createMessage({ id: 'msg-1', from: 'cy', to: 'ben', text: '' })),
  );
  assert.match((await person('validate', draft)).stdout, /error: from: trust\.json blocks cy/);
  // And back.
  await person('block', 'ann', '--for', 'ben', '--remove');
  await until(
    async () => (await ann.call('send', { to: 'ben', text: 'y' })).isError === false,
    'yes',
  );
});

test('a block takes away what waits, of whoever is attached', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t);
  await ben.close();
  await until(async () => (await statusOf(sandbox)).agents.length === 1, 'only ann');
  const tool = await attachAgent(sandbox, { name: 'ben', lanes: 'hook' });
  const next = idOf(await ann.call('send', { to: 'ben', text: 'waits too' }));
  await person('block', 'ann');
  await until(() => rejectionReasons(sandbox).length === 1, 'it is taken away');
  assert.deepEqual(idsIn(await tool.call('check_inbox')), []);
  const { stdout } = await person('status', '--message', next);
  assert.match(
    stdout.replaceAll('\n', ' '),
    /was rejected .* trust\.json blocks ann for all agents/,
  );
});

test('with refuse only those on the list may write', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, { CC2CC_NEW_SENDERS: 'refuse' });
  const sent = await ann.call('send', { to: 'ben', text: 'x' });
  assert.match(sent.text, /ben takes messages only from those on its list/);
  dropMessage(sandbox, 'ben', { from: 'cy' });
  await until(() => rejectionReasons(sandbox).length === 1, 'a refusal');
  await person('trust', 'ann');
  await until(
    async () => (await ann.call('send', { to: 'ben', text: 'hi' })).isError === false,
    'yes',
  );
  await ben.waitForMessage('hi');
});

test('without a daemon the same is refused', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t);
  await person('block', 'cy', '--for', 'ben');
  for (const agent of [ann, ben]) await agent.close();
  await endDaemons(sandbox);
  const sent = await person('send', 'ben', 'x', '--from', 'cy');
  assert.equal(sent.code, 1);
  assert.match(sent.stderr, /trust\.json blocks cy for ben/);
  const task = await person('task', 'delegate', 'ben', 'x', '--from', 'cy');
  assert.match(task.stdout + task.stderr, /trust\.json blocks cy for ben/);
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
  assert.equal((await person('send', 'ann', 'x', '--from', 'cy')).code, 0);
});

test('a trust.json that is spoilt keeps the last good one; after a start all is held', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  await putTrust(sandbox, {
    version: 1,
    agents: { ben: { allow: ['ann'] }, '*': { block: ['cy'] } },
  });
  await ann.call('send', { to: 'ben', text: 'one' });
  await ben.waitForMessage('one');
  await putTrust(sandbox, '{"version": 1, "agents": {"ben": {"alow": []}}}');
  const problem = /trust\.json: agents\.ben: unknown key "alow"; the lists before stay/;
  const status = await daemonCommand(sandbox, ['status']);
  assert.equal(status.code, 1);
  assert.match(status.stdout, problem);
  assert.match((await ben.call('whoami')).text, problem);
  assert.match((await ann.call('send', { to: 'ben', text: 'two' })).text, /handed to ben/);
  const doctor = await person('doctor', '--json');
  assert.match(doctor.stdout, /trust\.json is not good: agents\.ben: unknown key/);
  assert.match((await person('trust', 'x')).stderr, /unknown key .alow.*It was not changed/);
  assert.match((await person('trust')).stderr, /unknown key/);

  const before = killDaemon(sandbox);
  await successor(sandbox, before);
  const sent = await ann.call('send', { to: 'ben', text: 'three' });
  assert.match(sent.text, /held until/);
  assert.match((await statusOf(sandbox)).trust?.problem ?? '', /all messages are held/);
  await putTrust(sandbox, { version: 1, agents: { ben: { allow: ['ann'] } } });
  await ben.waitForMessage('three');
});

for (const policy of ['accept', 'hold', 'refuse']) {
  test(`a new trust.json that is broken holds what comes, also with ${policy}`, async (t) => {
    const { sandbox, ann, ben } = await scene(t, { CC2CC_NEW_SENDERS: policy });
    await putTrust(sandbox, '{"version": 1,}');
    assert.match((await ann.call('send', { to: 'ben', text: 'x' })).text, /held until/);
    assert.match((await ben.call('check_inbox')).text, /No messages wait/);
    assert.deepEqual(rejectionReasons(sandbox), []);
    rmSync(rootPaths(sandbox.root).trust);
    if (policy === 'accept') await ben.waitForMessage('x');
    assert.equal(pushedIds(ben).length, policy === 'accept' ? 1 : 0);
  });
}

test('lists can be made before anything else, and wrong words are refused', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const person = (...args: string[]): ReturnType<typeof cli> => cli(sandbox, args);
  assert.equal((await person('block', 'cy')).stdout, 'cy is blocked for all agents.\n');
  await person('trust', 'ann', '--for', 'constructor');
  await person('trust', 'ann', '--for', 'ben');
  const { stdout } = await person('trust', '--for', 'ben', '--json');
  const { agents } = JSON.parse(stdout) as { agents: object };
  assert.deepEqual(Object.keys(agents).sort(), ['*', 'ben']);
  const table = (await person('block', '--for', 'ben')).stdout;
  assert.match(table, /^\(all\) .*\nben +ann/m);
  assert.doesNotMatch(table, /constructor/);
  for (const command of ['trust', 'block']) {
    const { code, stderr } = await person(command, '--remove');
    assert.equal(code, 2);
    assert.match(stderr, /--remove needs a sender/);
  }
});

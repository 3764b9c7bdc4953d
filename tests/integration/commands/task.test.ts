/** `cc2cc task …`, with a daemon and without. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake } from '../../support/agents.js';
import { cli, cliOnTerminal, hasTerminal, shell } from '../../support/cli.js';
import { daemonPids, startDaemon } from '../../support/daemon.js';
import { dropMessage, readMessages } from '../../support/files.js';
import { type Sandbox, sandboxFor } from '../../support/sandbox.js';
import { taskIdIn, tasksOf } from '../tasks/support.js';

/** Gives a task as ann, by the files; its id. */
async function given(sandbox: Sandbox, to: string, text = 'Mend it.\nSoon.'): Promise<string> {
  for (const name of to.split(',')) dropMessage(sandbox, name);
  const { stdout, stderr } = await cli(sandbox, ['task', 'delegate', to, text, '--from', 'ann']);
  assert.match(stdout, /^task-[0-9a-f-]{36}\n$/, stderr);
  return stdout.trim();
}

test('without a daemon a task goes from its giver to its result by the files', async (t) => {
  const sandbox = sandboxFor(t);
  const id = await given(sandbox, 'ben');
  const as = (...args: string[]): ReturnType<typeof cli> => cli(sandbox, ['task', ...args]);
  assert.match((await as('list')).stdout, /TASK +STATE[^]*submitted +ann +ben [^]*Mend it\./);
  const accepted = await as('accept', id, '--from', 'ben');
  assert.equal(accepted.stdout, `${id} is accepted.\n`);
  assert.match(accepted.stderr, /No daemon runs[^]*ann is told by msg-.*: waiting: ann is away/);
  await as('progress', id, 'half way', '--from', 'ben');
  const done = await cli(sandbox, ['task', 'complete', id, '-', '--from', 'ben', '--json'], {
    stdin: 'all\nof it\n',
  });
  const answer = JSON.parse(done.stdout);
  assert.deepEqual([answer.state, answer.by, answer.told[0].to], ['completed', 'ben', 'ann']);
  const shown = await as('show', id);
  assert.match(shown.stdout, /completed "Mend it\."[^]*half way[^]*result:\n> all\n> of it\n/);
  const json = JSON.parse((await as('show', id, '--json')).stdout);
  assert.deepEqual([json.result, json.history.length], ['all\nof it', 4]);
  const [task] = readMessages(sandbox, 'ben', 'done').filter(({ type }) => type === 'task');
  const answers = readMessages(sandbox, 'ann', 'inbox');
  assert.deepEqual(
    answers.map(({ type, content, replyTo }) => [type, content.text, replyTo ?? null]),
    [
      ['status', 'Task accepted: Mend it.', null],
      ['status', 'Task working: Mend it.\n\nhalf way', null],
      ['response', 'all\nof it', task?.id],
    ],
  );
  assert.deepEqual((await as('list')).stdout, '');
  assert.match((await as('list')).stderr, /1 more has ended/);
  assert.equal(JSON.parse((await as('list', '--all', '--json')).stdout).tasks[0].id, id);
  assert.deepEqual(daemonPids(sandbox), []);
});

test('a reply completes a task also without a daemon, and again changes nothing', async (t) => {
  const sandbox = sandboxFor(t);
  const id = await given(sandbox, 'ben,cleo');
  const [task] = readMessages(sandbox, 'ben', 'inbox').filter(({ type }) => type === 'task');
  const reply = await cli(sandbox, ['reply', task!.id, 'Mended.', '--from', 'ben']);
  assert.equal(reply.code, 0, reply.stderr);
  const [stored] = tasksOf(sandbox);
  assert.deepEqual([stored?.id, stored?.state, stored?.assignee], [id, 'completed', 'ben']);
  const told = readMessages(sandbox, 'cleo', 'inbox').map(({ content }) => content.text);
  assert.ok(told.some((text) => text.startsWith('Task taken by another agent')));
});

test('who completes a task has read the message that gave it', async (t) => {
  for (const withDaemon of [false, true]) {
    const sandbox = sandboxFor(t);
    if (withDaemon) await startDaemon(sandbox);
    const id = await given(sandbox, 'ben');
    const before = readMessages(sandbox, 'ben', 'inbox').length; // with the one that made the mailbox
    const waiting = (): number => readMessages(sandbox, 'ben', 'inbox').length;
    await cli(sandbox, ['task', 'accept', id, '--from', 'ben']);
    assert.equal(waiting(), before, 'accepted, perhaps unread');
    const done = await cli(sandbox, ['task', 'complete', id, 'All green.', '--from', 'ben']);
    assert.deepEqual([done.code, waiting()], [0, before - 1], done.stderr);
    assert.equal(readMessages(sandbox, 'ben', 'done').length, 1);
  }
});

test('what cannot be done is an error that says why', async (t) => {
  const sandbox = sandboxFor(t);
  const id = await given(sandbox, 'ben');
  const cases: [string[], number, RegExp][] = [
    [['accept', id, '--from', 'eve'], 1, /There is no task/],
    [
      ['complete', id, 'x', '--from', 'ann'],
      1,
      /only the one who has it \(ben\) can make it completed/,
    ],
    [['cancel', id, '--from', 'ben'], 1, /Only ann, who gave task/],
    [['show', 'task-1'], 2, /"task-1" is not a task id/],
    [['show', `${id.slice(0, -1)}x`], 2, /is not a task id/],
    [['delegate', 'nobody', 'x'], 1, /called "nobody"\. (?!.*list_agents).*cc2cc agents --all/],
    [['delegate', ',', 'x'], 1, /name/],
    [['delegate', 'ben', ' '], 2, /The text is empty/],
    [['complete', id], 2, /missing required argument 'text'/],
    [['nonsense'], 2, /unknown command/],
  ];
  for (const [args, code, stderr] of cases) {
    const result = await cli(sandbox, ['task', ...args]);
    assert.match(result.stderr, stderr, args.join(' '));
    assert.deepEqual([result.code, result.stdout], [code, ''], args.join(' '));
  }
  assert.equal(tasksOf(sandbox)[0]?.state, 'submitted');
});

test('with a daemon sessions are told at once', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const args = ['task', 'delegate', 'ben', 'Look.', '--title', 'A look', '--from', 'ann'];
  const result = await cli(sandbox, args);
  const id = taskIdIn({ text: result.stdout });
  assert.match(result.stderr, /^msg-.*: handed to ben's session\n$/);
  const pushed = await ben.waitForMessage('Look.');
  assert.deepEqual([pushed.meta['task_id'], pushed.meta['task_title']], [id, 'A look']);
  await ben.call('update_task', { task_id: id, state: 'working', text: 'looking' });
  await cli(sandbox, ['task', 'cancel', id, 'never mind', '--from', 'ann']);
  await ben.waitForMessage('never mind');
  const late = await ben.call('reply', { msg_id: idsOf(pushed)[0], text: 'seen' });
  assert.match(late.text, /It is no result: .* was cancelled by ann/);
  assert.equal(tasksOf(sandbox)[0]?.state, 'cancelled');
});

test('titles of others do no harm on a screen, and a narrow one gets all that matters', async (t) => {
  const sandbox = sandboxFor(t);
  const id = await given(
    sandbox,
    'ben',
    '\u001b[31mred\u202e and a long title that goes on and on',
  );
  const piped = await shell(sandbox, 'cc2cc task list');
  for (const character of ['\u001b', '\u202e']) assert.ok(!piped.stdout.includes(character));
  if (!hasTerminal()) return;
  const narrow = await cliOnTerminal(sandbox, 50, ['task', 'list'], { NO_COLOR: '1' });
  assert.match(narrow.stdout.replaceAll('\n', ''), new RegExp(id.slice(0, 20)));
  assert.ok(!narrow.stdout.includes('\u001b'));
});

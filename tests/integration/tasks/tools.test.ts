/** Tasks between sessions, by their tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { readMessages } from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';
import { killDaemon, successor } from '../lifecycle/support.js';
import { taskIdIn, tasksOf } from './support.js';

async function agents(sandbox: Sandbox, ...names: string[]): Promise<Agent[]> {
  const all = await Promise.all(names.map((name) => attachAgent(sandbox, { name })));
  await Promise.all(all.map((agent) => awake(agent)));
  return all;
}

test('a task is delegated, accepted, worked on and completed, and the giver is told', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = (await agents(sandbox, 'ann', 'ben')) as [Agent, Agent];
  const given = await ann.call('delegate_task', {
    to: 'ben',
    title: 'Mend the build',
    text: 'It fails since noon.',
    priority: 'high',
  });
  const id = taskIdIn(given);
  assert.match(given.text, /^Submitted as task-.*:\n- msg-.*: handed to ben's session\.$/);
  const pushed = await ben.waitForMessage('It fails since noon.');
  assert.deepEqual(
    [pushed.meta['task_id'], pushed.meta['task_state'], pushed.meta['task_title']],
    [id, 'submitted', 'Mend the build'],
  );
  assert.match(pushed.content, new RegExp(`This is ${id}\\. To accept it.*"update_task"; to send`));

  const accepted = await ben.call('update_task', { task_id: id, state: 'accepted' });
  assert.match(accepted.text, /is accepted\. ann is told by msg-.*: handed to ann's session\.$/);
  const news = await ann.waitForMessage('Task accepted: Mend the build');
  assert.deepEqual([news.meta['type'], news.meta['task_state']], ['status', 'accepted']);
  assert.match(news.content, /This is news of a task: no reply is expected\.$/);
  await ben.call('update_task', { task_id: id, state: 'working', text: 'found it' });
  await ann.waitForMessage('found it');
  assert.match(
    (await ann.call('list_tasks')).text,
    /working "Mend the build" \(from ann, with ben/,
  );

  const done = await ben.call('reply', { msg_id: idsOf(pushed)[0], text: 'The cache was old.' });
  assert.match(done.text, /^Result accepted as msg-/);
  const result = await ann.waitForMessage('The cache was old.');
  assert.deepEqual(
    [result.meta['type'], result.meta['task_state'], result.meta['reply_to']],
    ['response', 'completed', idsOf(pushed)[0]],
  );
  const detail = await ann.call('list_tasks', { task_id: id });
  assert.match(detail.text, /found it[^]*result:\n> The cache was old\./);
  const late = await ben.call('update_task', { task_id: id, state: 'failed', text: 'no' });
  assert.ok(late.isError);
  assert.match(late.text, /was completed by ben at .* It cannot be changed\./);
});

test('send with type task makes one; update_task completes it with a response', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = (await agents(sandbox, 'ann', 'ben')) as [Agent, Agent];
  const sent = await ann.call('send', {
    to: 'ben',
    text: 'Count them.\nAll of them.',
    type: 'task',
  });
  const id = taskIdIn(sent);
  const [task] = idsOf(await ben.waitForMessage('Count them.'));
  await ben.call('update_task', { task_id: id, state: 'completed', text: '42' });
  const result = await ann.waitForMessage('42');
  assert.deepEqual([result.meta['type'], result.meta['reply_to']], ['response', task]);
  const [stored] = tasksOf(sandbox);
  assert.deepEqual(
    [stored?.title, stored?.state, stored?.result],
    ['Count them.', 'completed', '42'],
  );
  // A reply after that is a message.
  const more = await ben.call('reply', { msg_id: task, text: 'or 43' });
  assert.match(more.text, /^Reply accepted as .* It is no result: Task .* was completed by ben/);
  assert.equal((await ann.waitForMessage('or 43')).meta['type'], 'message');
});

test('the first of several gets it, the others are told, and a cancel reaches who has it', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben, cleo] = (await agents(sandbox, 'ann', 'ben', 'cleo')) as [Agent, Agent, Agent];
  const delegation = { to: ['ben', 'cleo'], title: 'One of you', text: 'Whoever is free.' };
  const id = taskIdIn(await ann.call('delegate_task', delegation));
  await Promise.all([ben, cleo].map((agent) => agent.waitForMessage('Whoever is free.')));
  const answers = await Promise.all(
    [ben, cleo].map((agent) => agent.call('update_task', { task_id: id, state: 'accepted' })),
  );
  const winner = answers.findIndex(({ isError }) => !isError);
  assert.deepEqual(answers.map(({ isError }) => isError).sort(), [false, true]);
  const [first, second] = winner === 0 ? [ben, cleo] : [cleo, ben];
  assert.match(
    answers[1 - winner]!.text,
    new RegExp(`^${first.name} has task ${id} \\(accepted\\)`),
  );
  await second.waitForMessage('Task taken by another agent: One of you');
  const reply = idsOf(await second.waitForMessage('Whoever is free.'))[0];
  const comment = await second.call('reply', { msg_id: reply, text: 'I would have liked it' });
  assert.match(comment.text, /It is no result: .* has task/);
  await ann.call('update_task', { task_id: id, state: 'cancelled', text: 'not needed' });
  const cancel = await first.waitForMessage('Do not go on with it.');
  assert.match(cancel.content, /not needed/);
  assert.equal(tasksOf(sandbox)[0]?.state, 'cancelled');
  const strangers = await (await agents(sandbox, 'eve'))[0]!.call('list_tasks', { task_id: id });
  assert.match(strangers.text, /There is no task/);
});

test('what a daemon was killed in the middle of is done once', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = (await agents(sandbox, 'ann', 'ben')) as [Agent, Agent];
  const ROUNDS = 12;
  const ids: string[] = [];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    ids.push(taskIdIn(await ann.call('send', { to: 'ben', text: `task ${nth}.`, type: 'task' })));
  }
  let killed = 0;
  const calls = ids.map((id, nth) => {
    const call = ben.call('update_task', { task_id: id, state: 'completed', text: `done ${nth}.` });
    const more = ann.call('send', { to: 'ben', text: `more ${nth}.`, type: 'task' });
    if (nth === ROUNDS / 2) killed = killDaemon(sandbox);
    return [call, more];
  });
  for (const result of await Promise.all(calls.flat())) assert.ok(!result.isError, result.text);
  await successor(sandbox, killed);
  const tasks = tasksOf(sandbox);
  assert.equal(tasks.length, 2 * ROUNDS, 'a task for every call');
  for (const [nth, id] of ids.entries()) {
    const task = tasks.find((one) => one.id === id);
    assert.deepEqual([task?.state, task?.result], ['completed', `done ${nth}.`]);
    assert.equal(task?.history.length, 2, 'one event for one call');
  }
  await until(async () => {
    await ann.call('check_inbox');
    const { length } = [
      ...readMessages(sandbox, 'ann', 'done'),
      ...readMessages(sandbox, 'ann', 'inbox'),
    ];
    return length >= ROUNDS;
  }, 'every result');
  const results = [
    ...readMessages(sandbox, 'ann', 'done'),
    ...readMessages(sandbox, 'ann', 'inbox'),
  ];
  const texts = results.map(({ content }) => content.text).sort();
  assert.deepEqual(texts, ids.map((_, nth) => `done ${nth}.`).sort(), 'each once');
});

test('a change stands when the other cannot be told, and that is said', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_MAX_INBOX: '2' });
  const [ann, ben] = [
    await attachAgent(sandbox, { name: 'ann', lanes: 'tool' }),
    await attachAgent(sandbox, { name: 'ben' }),
  ];
  const id = taskIdIn(await ann.call('send', { to: 'ben', text: 'task', type: 'task' }));
  await ben.call('send', { to: 'ann', text: 'one' });
  await ben.call('send', { to: 'ann', text: 'two' });
  const { text, isError } = await ben.call('update_task', { task_id: id, state: 'accepted' });
  assert.ok(!isError);
  assert.match(text, /is accepted\. ann was not told: ann's inbox is full/);
  assert.equal(tasksOf(sandbox)[0]?.state, 'accepted');
  const done = { task_id: id, state: 'completed', text: '42' };
  assert.match((await ben.call('update_task', done)).text, /is completed\. ann was not told/);
  await ann.call('check_inbox');
  // Nothing else would bring the result to her.
  assert.match((await ben.call('update_task', done)).text, /is completed\. ann is told by msg-/);
  assert.match((await ann.call('check_inbox')).text, /^> 42$/m);
  const other = await ben.call('update_task', { ...done, text: '43' });
  assert.ok(other.isError);
  assert.equal(tasksOf(sandbox)[0]?.result, '42');
});

test('what was refused makes no task', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann] = (await agents(sandbox, 'ann', 'ben')) as [Agent];
  for (const to of ['nobody', 'ann', ['ben', 'nobody']]) {
    const result = await ann.call('delegate_task', { to, title: 'x', text: 'x' });
    assert.ok(result.isError, result.text);
  }
  const long = await ann.call('send', { to: 'ben', type: 'task', text: 'x'.repeat(1_048_577) });
  assert.ok(long.isError);
  assert.deepEqual(tasksOf(sandbox), []);
});

test('a task goes with the agent that has it, not with the name that another one takes', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const first = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const id = taskIdIn(await ann.call('delegate_task', { to: 'ben', title: 'Mend', text: 'it' }));
  const msg_id = Object.values(tasksOf(sandbox)[0]?.messages ?? {})[0];
  await first.call('check_inbox');
  await first.call('register', { name: 'bob' });
  const second = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  assert.equal(second.name, 'ben');
  assert.match((await second.call('list_tasks')).text, /neither given nor got a task/);
  const theirs = await second.call('update_task', { task_id: id, state: 'completed', text: 'x' });
  assert.match(theirs.text, /There is no task/);
  assert.match((await first.call('list_tasks')).text, /Mend/);
  await first.call('update_task', { task_id: id, state: 'working', text: 'half' });
  assert.equal(tasksOf(sandbox)[0]?.state, 'working');
  const reply = await first.call('reply', { msg_id, text: 'mended' });
  assert.doesNotMatch(reply.text, /no result/);
  assert.equal(tasksOf(sandbox)[0]?.state, 'completed');
});

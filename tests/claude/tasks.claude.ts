import assert from 'node:assert/strict';
import { cli } from '../support/cli.js';
import { useTool } from './support/answer.js';
import { claudeTest } from './support/world.js';

claudeTest('a task goes from one model to another and its result comes back', async (world) => {
  const { start, sandbox } = world;
  const ann = await start('ann');
  const ben = await start('ben');
  await ben.idle();
  const given = await ann.call('delegate_task', { to: 'ben', title: 'Count', text: 'count to 3' });
  const [task] = /task-[\w-]+/.exec(given.text) ?? [];
  const { text } = await ben.model.given(/^> count to 3$/m);
  assert.match(text, new RegExp(`from ann, task, ${task} submitted`));
  assert.match(text, /call "update_task" with its task id; a reply completes it/);
  await ben.idle();
  await ben.call('update_task', { task_id: task, state: 'accepted' });
  await ann.model.given(/accepted: Count/);
  const [, id] = /^\[(msg-[\w-]+)\] from ann, task/m.exec(text) ?? [];
  await ben.call('reply', { msg_id: id, text: '1, 2, 3' });
  await ann.model.given(/^> 1, 2, 3$/m);
  const shown = await cli(sandbox, ['task', 'show', task ?? '', '--json']);
  const { state, assignee, result } = JSON.parse(shown.stdout) as Record<string, unknown>;
  assert.deepEqual([state, assignee, result], ['completed', 'ben', '1, 2, 3']);
});

claudeTest('the tools for tasks are found by name when they are not loaded', async ({ start }) => {
  const ann = await start('ann');
  ann.model.when(/^what is open\?$/m, useTool('list_tasks'));
  await ann.type('what is open?');
  const turn = await ann.model.until(({ results }) => results.length > 0, 'the list', 20_000);
  assert.match(turn.results[0]?.text ?? '', /task/i);
});

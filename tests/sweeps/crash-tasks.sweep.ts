/** Killed while tasks are given, taken and completed. */
import assert from 'node:assert/strict';
import { ensureMailbox } from '../../mail/deliver.js';
import { TaskStore } from '../../mail/tasks/store.js';
import type { Task } from '../../mail/tasks/task.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { mailboxOf } from '../support/files.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

const tasks = (world: World): Task[] => [...new TaskStore(world.root).all()];

/** `task delegate` sends its text, which the history must know. */
async function delegate(world: World, text: string, victim = false): Promise<string | undefined> {
  const { history } = world;
  history.note({ kind: 'named', agent: 'ann', name: 'ann' });
  const ref = history.send({ from: 'ann', to: 'ben', by: 'command', stream: text, text });
  const { code, stdout, stderr } = await world.plain(
    ['task', 'delegate', '--from', 'ann', '--json', 'ben', text],
    victim,
  );
  if (code === 0) {
    const { id, sent } = JSON.parse(stdout) as { id: string; sent: { id: string }[] };
    history.accepted(ref, ...sent.map((one) => one.id));
    return id;
  }
  if (code === null) history.unanswered(ref, 'killed');
  else history.refused(ref, stderr);
  return undefined;
}

async function change(world: World, words: string[], victim = false): Promise<void> {
  const { history } = world;
  const [verb = '', id = '', text = ''] = words;
  history.note({ kind: 'named', agent: 'ben', name: 'ben' });
  // The result is told to who gave the task, in these words.
  const replyTo = history.of('accepted').at(-1)?.ids[0] ?? '';
  const ref = history.send({ from: 'ben', to: 'ann', by: 'command', stream: verb, text, replyTo });
  history.unanswered(ref, 'what is told is known by its text');
  const rest = text === '' ? [] : [text];
  const { code, stderr } = await world.plain(
    ['task', verb, '--from', 'ben', '--json', id, ...rest],
    victim,
  );
  if (!victim) assert.equal(code, 0, stderr);
}

async function bothRead(world: World): Promise<void> {
  for (const name of ['ann', 'ben']) {
    const { code, stderr } = await world.command(name, ['receive', name]);
    assert.equal(code, 0, stderr);
  }
}

async function prepared(world: World): Promise<void> {
  for (const name of ['ann', 'ben']) ensureMailbox(mailboxOf(world.sandbox, name));
}

crashSweep({
  name: 'give a task by command',
  victim: 'command',
  prepare: prepared,
  act: async (world) => {
    await delegate(world, 'do it', true);
  },
  recover: async (world) => {
    const id = await delegate(world, 'do this');
    assert.ok(id, 'the next task can be given');
    await bothRead(world);
    await change(world, ['complete', id, 'done this']);
    assert.equal(tasks(world).find((task) => task.id === id)?.state, 'completed');
  },
});

for (const [verb, state] of [
  ['accept', 'accepted'],
  ['complete', 'completed'],
] as const) {
  crashSweep<string>({
    name: `${verb} a task by command`,
    victim: 'command',
    prepare: async (world) => {
      await prepared(world);
      const id = await delegate(world, 'do it');
      assert.ok(id);
      return id;
    },
    act: (world, id) => change(world, [verb, id, `${verb} it`], true),
    recover: async (world, id) => {
      const task = tasks(world).find((one) => one.id === id);
      assert.ok(task);
      if (task.state !== state) await change(world, [verb, id, `${verb} it again`]);
      if (state === 'accepted') await change(world, ['complete', id, 'done']);
      assert.equal(tasks(world).find((one) => one.id === id)?.state, 'completed');
      await bothRead(world);
    },
  });
}

interface Pair {
  ann: RecordedAgent;
  ben: RecordedAgent;
}

crashSweep<Pair>({
  name: 'a task of two sessions, the daemon is killed',
  victim: 'daemon',
  every: 2, // those of the commands
  prepare: async (world) => {
    await world.daemon();
    const ann = await world.session('ann', { lanes: 'tool' });
    const ben = await world.session('ben', { lanes: 'tool' });
    return { ann, ben };
  },
  act: async (world, { ann, ben }) => {
    const { history } = world;
    const ref = history.send({ from: 'ann', to: 'ben', by: 'tool', stream: 'task', text: 'do it' });
    const said = await ann.call('delegate_task', { to: 'ben', title: 'it', text: 'do it' });
    assert.ok(!said.isError, said.text);
    history.unanswered(ref, 'its id is known by its text');
    const id = /task-[0-9a-f-]{36}/.exec(said.text)?.[0];
    const taken = await ben.call('update_task', { task_id: id, state: 'accepted' });
    assert.ok(!taken.isError, taken.text);
    const end = history.send({ from: 'ben', to: 'ann', by: 'tool', stream: 'task', text: 'done' });
    const done = await ben.call('update_task', { task_id: id, state: 'completed', text: 'done' });
    assert.ok(!done.isError, done.text);
    history.unanswered(end, 'its id is known by its text');
  },
  recover: async (world, { ann, ben }) => {
    await world.drain(ann);
    await world.drain(ben);
    assert.deepEqual(
      tasks(world).map(({ state }) => state),
      ['completed'],
    );
  },
});

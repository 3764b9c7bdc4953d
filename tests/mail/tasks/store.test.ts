import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { writeCard } from '../../../mail/card.js';
import { Keyring } from '../../../mail/keyring.js';
import { changeTask } from '../../../mail/tasks/change-task.js';
import { selectTasks } from '../../../mail/tasks/list.js';
import { fieldOf } from '../../../mail/tasks/news.js';
import { taskFolder } from '../../../mail/tasks/paths.js';
import { TaskStore } from '../../../mail/tasks/store.js';
import { createMessage } from '../../../protocol/envelope.js';
import { makeFolder } from '../../../protocol/make-folder.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';
import { AT, registry, submit } from './support/scene.js';

interface Scene {
  root: string;
  store: TaskStore;
  change: (
    id: string,
    by: string,
    state: 'accepted' | 'working' | 'completed' | 'failed' | 'cancelled',
    text?: string,
  ) => ReturnType<typeof changeTask>;
}

function scene(t: TestContext): Scene {
  const root = tempFolder(t);
  const store = new TaskStore(root);
  return {
    root,
    store,
    change: (id, by, state, text) => changeTask(store, registry(root), { id, by, state, text }),
  };
}

/** A file that nobody is still writing. */
function plant(folder: string, name: string, content: string): void {
  const path = join(folder, name);
  writeFileSync(path, content);
  const old = Date.now() / 1000 - 3600;
  utimesSync(path, old, old);
}

test('a task lives from its submission to its result, and the files are ours alone', async (t) => {
  const { root, store, change } = scene(t);
  const { task, durable } = submit(store, ['ben']);
  await durable;
  const { id } = task;
  await change(id, 'ben', 'accepted').durable;
  await change(id, 'ben', 'working', 'half of it').durable;
  await change(id, 'ben', 'completed', 'all of it').durable;
  const read = new TaskStore(root).read(id)!;
  assert.deepEqual([read.state, read.result, read.assignee], ['completed', 'all of it', 'ben']);
  assert.deepEqual(
    read.notes.map(({ text }) => text),
    ['half of it'],
  );
  const folder = taskFolder(root, id);
  assert.deepEqual(readdirSync(folder).sort(), ['1.json', '2.json', '3.json', '4.json']);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, '2.json')).mode & 0o777, 0o600);
});

test('the same submission again changes nothing', (t) => {
  const { store } = scene(t);
  const first = submit(store, ['ben']);
  const again = store.submit(first.task.id, {
    by: 'eve',
    at: AT,
    title: 'another',
    requester: 'eve',
    candidates: ['eve'],
    priority: 'low',
    messages: {},
  });
  assert.equal(again.isNew, false);
  assert.deepEqual(again.task, first.task);
});

test('who is told no is told why', (t) => {
  const { store, change } = scene(t);
  const { id } = submit(store, ['ben', 'cleo']).task;
  change(id, 'cleo', 'accepted');
  const cases: [() => unknown, RegExp][] = [
    [() => change(id, 'ben', 'accepted'), /cleo has task .* \(accepted\): it is not yours/],
    [() => change(id, 'ann', 'completed'), /You gave task .*; only the one who has it \(cleo\)/],
    [() => change(id, 'cleo', 'cancelled'), /Only ann, who gave task .*, can cancel it/],
    [() => change(id, 'eve', 'accepted'), /There is no task/],
    [() => change('task-1', 'ben', 'accepted'), /is not a task id/],
    [() => change('../../x', 'ben', 'accepted'), /is not a task id/],
  ];
  for (const [attempt, message] of cases) assert.throws(attempt, message);
  change(id, 'ann', 'cancelled');
  assert.throws(
    () => change(id, 'cleo', 'completed'),
    /was cancelled by ann at .* cannot be changed/,
  );
});

test('the same request again is answered as before; another one is a second note', (t) => {
  const { root, store } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const note = (request?: string): ReturnType<typeof changeTask> =>
    changeTask(store, registry(root), { id, by: 'ben', state: 'working', text: 'on it', request });
  const first = note('one');
  assert.deepEqual(note('one').event, first.event);
  assert.equal(note('one').isNew, false);
  assert.equal(note('two').event.seq, 3);
  assert.equal(note('one').event.seq, 2, 'also when another came in between');
  // Where nothing tells requests apart, the last one in the same words is the same.
  assert.equal(note().isNew, false);
  const done = (): ReturnType<typeof changeTask> =>
    changeTask(store, registry(root), { id, by: 'ben', state: 'completed', text: 'done' });
  assert.deepEqual([done().isNew, done().isNew], [true, false]);
});

test('to accept what one has is no error and no second event', (t) => {
  const { store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const first = change(id, 'ben', 'working');
  const again = change(id, 'ben', 'accepted');
  assert.deepEqual([again.isNew, again.event], [false, first.event]);
});

test('what would be said with a second acceptance is not swallowed', (t) => {
  const { store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const first = change(id, 'ben', 'accepted', 'tomorrow');
  const again = change(id, 'ben', 'accepted', 'tomorrow');
  assert.deepEqual([again.isNew, again.event], [false, first.event]);
  assert.throws(() => change(id, 'ben', 'accepted', 'today'), /You have accepted task .* already/);
  assert.equal(store.read(id)?.notes.length, 1);
});

test('agents that were renamed keep what is theirs', (t) => {
  const { root, store, change } = scene(t);
  makeFolder(join(root, 'agents'));
  const { id } = submit(store, ['ben', 'cleo']).task;
  writeCard(root, { name: 'ben', renamed_to: 'benno' });
  const taken = change(id, 'benno', 'accepted');
  assert.deepEqual([taken.task.assignee, taken.event.by, taken.event.as], ['ben', 'benno', 'ben']);
  writeCard(root, { name: 'ann', renamed_to: 'anna' });
  // The events stay true when the cards are gone.
  rmSync(join(root, 'agents'), { recursive: true });
  assert.equal(store.read(id)?.assignee, 'ben');
  makeFolder(join(root, 'agents'));
  writeCard(root, { name: 'ann', renamed_to: 'anna' });
  assert.equal(change(id, 'anna', 'cancelled').task.state, 'cancelled');
});

test('long texts are cut between characters, and the same long text is the same', (t) => {
  const { store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const text = '€'.repeat(20_000);
  const { event } = change(id, 'ben', 'completed', text);
  assert.equal(event.cut, true);
  assert.ok(Buffer.byteLength(event.text!) <= 16 * 1024);
  assert.equal(event.text!.replaceAll('€', ''), '');
  assert.equal(change(id, 'ben', 'completed', text).isNew, false);
});

test('texts are written by the cipher', (t) => {
  const root = tempFolder(t);
  const cipher = {
    conceal: (text: string) => `ENC:${Buffer.from(text).toString('hex')}`,
    reveal: (text: string) => Buffer.from(text.slice(4), 'hex').toString(),
  };
  const store = new TaskStore(root, cipher);
  const { id } = submit(store, ['ben'], 'secret').task;
  const changed = changeTask(store, registry(root), {
    id,
    by: 'ben',
    state: 'completed',
    text: 'x',
  });
  assert.deepEqual([changed.task.title, changed.task.result], ['secret', 'x']);
  assert.deepEqual([store.read(id)?.title, store.read(id)?.result], ['secret', 'x']);
  assert.match(new TaskStore(root).read(id)!.title, /^ENC:/);
});

test('where texts are encrypted nothing of a task lies in the open', (t) => {
  const root = tempFolder(t);
  const keys = new Keyring(root, { encrypt: true });
  const store = new TaskStore(root, keys);
  const { task } = submit(store, ['ben'], 'the secret plan');
  changeTask(store, registry(root), {
    id: task.id,
    by: 'ben',
    state: 'completed',
    text: 'the end',
  });
  const files = ['1.json', '2.json'].map((file) =>
    readFileSync(join(taskFolder(root, task.id), file), 'utf8'),
  );
  assert.doesNotMatch(files.join(), /secret|the end/);
  const read = new TaskStore(root, new Keyring(root)).read(task.id);
  assert.deepEqual([read?.title, read?.result], ['the secret plan', 'the end']);
  const draft = { id: 'msg-1', from: 'ann', to: 'ben', text: 'x', task: fieldOf(task) };
  const sealed = keys.seal(createMessage(draft));
  assert.deepEqual(sealed.task, { ...fieldOf(task), title: '(encrypted)' });
  assert.equal(keys.check(sealed), 'verified');
});

test('a file that is no event is passed over, and its number is used up', (t) => {
  const event = { seq: 2, state: 'accepted', by: 'eve', as: 'eve', at: AT };
  const hostile: [string, string][] = [
    ['not JSON', 'x'],
    ['empty', ''],
    ['another form', '[1, 2]'],
    ['too deep', '['.repeat(100) + ']'.repeat(100)],
    ['another number', JSON.stringify({ ...event, seq: 7, by: 'ben', as: 'ben' })],
    ['a stranger', JSON.stringify(event)],
    ['a name that is none', JSON.stringify({ ...event, by: '../x', as: 'ben' })],
    ['a second submission', JSON.stringify({ ...event, state: 'submitted' })],
    ['huge', `"${'x'.repeat(1_000_000)}"`],
  ];
  for (const [what, content] of hostile) {
    const { root, store, change } = scene(t);
    const { id } = submit(store, ['ben']).task;
    plant(taskFolder(root, id), '2.json', content);
    assert.equal(store.read(id)?.state, 'submitted', what);
    assert.equal(change(id, 'ben', 'accepted').event.seq, 3, what);
    assert.equal(store.read(id)?.state, 'accepted', what);
  }
});

test('links, folders, gaps and other names are no events; others read canceled', (t) => {
  const { root, store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const folder = taskFolder(root, id);
  const forged = JSON.stringify({ seq: 2, state: 'completed', by: 'ben', as: 'ben', at: AT });
  writeFileSync(join(root, 'elsewhere.json'), forged);
  symlinkSync(join(root, 'elsewhere.json'), join(folder, '2.json'));
  mkdirSync(join(folder, '3.json'));
  plant(folder, '5.json', forged.replace('2', '5'));
  plant(folder, '02.json', forged);
  plant(folder, '999999999999.json', forged.replace('2', '999999999999'));
  assert.equal(store.read(id)?.state, 'submitted');
  plant(
    folder,
    '4.json',
    JSON.stringify({ seq: 4, state: 'canceled', by: 'ann', as: 'ann', at: AT }),
  );
  assert.equal(store.read(id)?.state, 'cancelled');
  assert.throws(() => change(id, 'ben', 'accepted'), /was cancelled/);
});

test('a task folder that is a link, or a file where the tasks belong, is nothing', async (t) => {
  const { root, store } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const other = tempFolder(t);
  mkdirSync(join(other, 'tasks'));
  symlinkSync(taskFolder(root, id), taskFolder(other, id));
  assert.equal(new TaskStore(other).read(id), undefined);
  const linked = await selectTasks(new TaskStore(other), registry(other), { ended: 9 });
  assert.deepEqual(linked.open, []);
  const third = tempFolder(t);
  writeFileSync(join(third, 'tasks'), 'no folder');
  assert.deepEqual([...new TaskStore(third).all()], []);
  assert.throws(() => submit(new TaskStore(third), ['ben']), /Cannot write down the task: ENOTDIR/);
});

test('what is being written at this moment is neither believed nor overtaken', (t) => {
  const { root, store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  const torn = join(taskFolder(root, id), '2.json');
  writeFileSync(torn, '{"seq": 2, "sta');
  assert.equal(store.read(id)?.state, 'submitted');
  assert.throws(() => change(id, 'ben', 'accepted'), /is being written at this moment/);
  const old = Date.now() / 1000 - 10;
  utimesSync(torn, old, old);
  assert.equal(change(id, 'ben', 'accepted').event.seq, 3);
});

test('notes without end leave room for the end', (t) => {
  const { root, store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  for (let seq = 2; seq <= 950; seq += 1) plant(taskFolder(root, id), `${seq}.json`, '');
  assert.throws(() => change(id, 'ben', 'working', 'on'), /has had 950 changes/);
  assert.equal(change(id, 'ben', 'completed').task.state, 'completed');
});

test('events without end are stopped', (t) => {
  const { root, store, change } = scene(t);
  const { id } = submit(store, ['ben']).task;
  for (let seq = 2; seq <= 1000; seq += 1) plant(taskFolder(root, id), `${seq}.json`, '');
  assert.throws(() => change(id, 'ben', 'completed'), /has had 1000 changes/);
});

test('whatever lies in the folder, reading does not fail and believes no stranger', (t) => {
  const json = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string(),
    fc
      .record({
        seq: fc.integer({ min: 1, max: 4 }),
        state: fc.constantFrom('submitted', 'accepted', 'completed', 'cancelled', 'canceled', 'x'),
        by: fc.constantFrom('ann', 'ben', 'eve', '', '..'),
        as: fc.constantFrom('ann', 'ben', 'eve', 7),
        at: fc.constantFrom(AT, '', 'soon'),
        text: fc.option(fc.string(), { nil: undefined }),
      })
      .map((value) => JSON.stringify(value)),
  );
  const root = tempFolder(t);
  const store = new TaskStore(root);
  fc.assert(
    fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), (contents) => {
      const { id } = submit(store, ['ben']).task;
      for (const [nth, content] of contents.entries()) {
        plant(taskFolder(root, id), `${nth + 2}.json`, content);
      }
      const task = store.read(id)!;
      assert.deepEqual([task.requester, task.title], ['ann', 'Mend it']);
      assert.equal(task.assignee, 'ben');
      for (const event of task.history.slice(1)) {
        assert.ok(event.state !== 'submitted' && ['ann', 'ben'].includes(event.as));
      }
    }),
    { numRuns: 300 },
  );
});

test('lists have open tasks first, only those of the agent, and few that have ended', async (t) => {
  const { root, store, change } = scene(t);
  const ids = Array.from({ length: 30 }, () => submit(store, ['ben']).task.id);
  for (const id of ids.slice(0, 25)) change(id, 'ben', 'completed');
  submit(store, ['cleo']);
  const { open, ended, more } = await selectTasks(store, registry(root), {
    agent: 'ben',
    ended: 3,
  });
  assert.deepEqual([open.length, ended.length, more], [5, 3, 22]);
  assert.equal((await selectTasks(store, registry(root), { ended: 0 })).open.length, 6);
  const others = await selectTasks(store, registry(root), { agent: 'eve', ended: 9 });
  assert.equal(others.open.length, 0);
});

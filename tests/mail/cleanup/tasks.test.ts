import assert from 'node:assert/strict';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeTask } from '../../../mail/tasks/change-task.js';
import { taskFolder } from '../../../mail/tasks/paths.js';
import { TaskStore } from '../../../mail/tasks/store.js';
import { registryOf } from '../../../mail/directory.js';
import { submit } from '../tasks/support/scene.js';
import { countsOf, Root } from './support/root.js';

async function ended(root: Root, store: TaskStore): Promise<string> {
  const { task, durable } = submit(store, ['ben'], 'Mend it');
  await durable;
  const at = { id: task.id, by: 'ben' };
  await changeTask(store, registryOf(root.path), { ...at, state: 'completed', text: 'x' }).durable;
  return task.id;
}

test('a task goes when it ended long enough ago, and one that is open never', async (t) => {
  const root = new Root(t);
  const store = new TaskStore(root.path);
  const open = submit(store, ['ben'], 'Mend it');
  await open.durable;
  const done = await ended(root, store);
  assert.deepEqual(countsOf(await root.clean(6)), {});
  assert.deepEqual(countsOf(await root.clean(8, { keepDays: 0 })), {});
  assert.deepEqual(countsOf(await root.clean(8, { dryRun: true })), { task: 1 });
  assert.ok(existsSync(taskFolder(root.path, done)));
  assert.deepEqual(countsOf(await root.clean(8)), { task: 1 });
  assert.ok(!existsSync(taskFolder(root.path, done)));
  assert.equal(store.read(open.task.id)?.state, 'submitted');
});

const HELD: [where: string, folder: 'inbox' | 'done', ttl: number, days: number][] = [
  ['waits for ever', 'inbox', 0, 30],
  ['waits in another mailbox, as its agent was renamed', 'inbox', 0, 30],
  ['was seen and is kept as long as it is valid', 'done', 20 * 86_400, 19],
];
for (const [where, folder, ttl, days] of HELD) {
  test(`a task that has ended stays while a message of it ${where}`, async (t) => {
    const root = new Root(t);
    const store = new TaskStore(root.path);
    const { task, durable } = submit(store, ['ben', 'cal'], 'Mend it');
    await durable;
    const wish = { id: task.id, by: 'ben', state: 'completed' as const };
    await changeTask(store, registryOf(root.path), wish).durable;
    const mailbox = where.includes('renamed') ? 'bob' : 'cal';
    const id = task.messages['cal']!;
    const at = Date.now() - 60_000;
    const path = root.put(mailbox, folder, { id, at, type: 'task', ttl, task: { id: task.id } });
    assert.deepEqual(countsOf(await root.clean(days)), {});
    // Who takes the message in, or answers it, would begin the task anew.
    assert.equal(store.read(task.id)?.state, 'completed');
    rmSync(path);
    assert.equal(countsOf(await root.clean(days))['task'], 1);
  });
}

test('a task goes together with its message, and a tombstone does not keep it', async (t) => {
  const root = new Root(t);
  const store = new TaskStore(root.path);
  for (const ttl of [0, 3600]) {
    const task = store.read(await ended(root, store));
    root.put('ben', 'done', { id: task!.messages['ben']!, type: 'task', ttl });
  }
  const planned = countsOf(await root.clean(8, { dryRun: true }));
  assert.deepEqual(planned, { done: 2, task: 2 });
  assert.deepEqual(countsOf(await root.clean(8)), planned);
});

test('what a cleanup that was broken off has left is no task again, and goes', async (t) => {
  const root = new Root(t);
  const store = new TaskStore(root.path);
  const id = await ended(root, store);
  rmSync(join(taskFolder(root.path, id), '1.json'));
  assert.equal(store.read(id), undefined);
  assert.deepEqual(countsOf(await root.clean(8)), { task: 1 });
  assert.ok(!existsSync(taskFolder(root.path, id)));
});

test('a folder with something of somebody else in it stays', async (t) => {
  const root = new Root(t);
  const store = new TaskStore(root.path);
  const [one, two] = [await ended(root, store), await ended(root, store)];
  writeFileSync(join(taskFolder(root.path, one), 'notes.txt'), 'mine');
  symlinkSync('/etc/passwd', join(taskFolder(root.path, two), '9.json'));
  assert.deepEqual(countsOf(await root.clean(8)), {});
  assert.equal(store.read(one)?.state, 'completed');
});

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

/** What files mean for tasks, however odd they are and however many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptTask } from '../../../mail/tasks/adopt.js';
import { TaskStore } from '../../../mail/tasks/store.js';
import { taskIdOf } from '../../../mail/tasks/task-id.js';
import { takeIn } from '../../../mail/tasks/take-in.js';
import type { Task } from '../../../mail/tasks/task.js';
import { createMessage, type Message } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';
import { registry, submit } from './support/scene.js';

test('a task comes of a message of any time that a file can bear', (t) => {
  const store = new TaskStore(tempFolder(t));
  for (const [id, timestamp] of [
    ['msg-ffffffff-ffff-7fff-bfff-ffffffffffff', '2026-11-20T10:00:00Z'],
    ['msg-old', '0000-01-01T00:00:00+02:00'],
    ['msg-late', '9999-12-31T23:59:59-02:00'],
  ] as const) {
    const draft = createMessage({ id, from: 'owl', to: 'ben', type: 'task', text: 'Look' });
    const message = { ...draft, timestamp };
    const adopted = adoptTask(store, message, 'ben');
    assert.deepEqual(store.read(taskIdOf(message)!), adopted?.task, id);
  }
});

class CountingStore extends TaskStore {
  reads = 0;

  override read(id: string): Task | undefined {
    this.reads += 1;
    return super.read(id);
  }
}

test('answers to no task cost no look at all tasks each, and those to one are found', async (t) => {
  const store = new CountingStore(tempFolder(t));
  const take = (replyTo: string): unknown => {
    const id = newMessageId();
    const fields = { from: 'ben', to: 'ann', type: 'response', text: '8080', replyTo } as const;
    const message: Message = createMessage({ id, ...fields });
    return takeIn(store, registry(store.root), message, 'unsigned', 'ann');
  };
  const tasks = Array.from({ length: 20 }, () => submit(store, ['ben']).task);
  for (let n = 0; n < 100; n += 1) assert.equal(take(newMessageId()), undefined);
  assert.ok(store.reads < 40, `${store.reads} reads`);
  const last = submit(store, ['ben']);
  await last.durable;
  for (const { id, messages } of [...tasks, last.task]) {
    take(messages['ben']!);
    assert.equal(store.read(id)?.state, 'completed');
  }
});

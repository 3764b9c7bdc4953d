import { TaskStore } from '../../../mail/tasks/store.js';
import type { Task } from '../../../mail/tasks/task.js';
import type { Sandbox } from '../../support/sandbox.js';

/** The id of the task that an answer speaks of first; empty when there is none. */
export function taskIdIn({ text }: { text: string }): string {
  return /task-[0-9a-f-]{36}/.exec(text)?.[0] ?? '';
}

/** All tasks of a sandbox, by the files. */
export function tasksOf({ root }: Pick<Sandbox, 'root'>): Task[] {
  return [...new TaskStore(root).all()];
}

import { lstatSync } from 'node:fs';
import { taskIds, tasksFolder } from './paths.js';
import type { TaskStore } from './store.js';

/** Tasks looked through for a message that is gone, newest first. */
const MAX_SEARCHED = 500;

/** File systems tell times in steps of some milliseconds. */
const STEP_MS = 50;

/**
 * By message, the task whose text it has. The first event of a task names them and never changes, so
 * each is read once: a file of answers that mean no task must not hold everybody up.
 */
interface Index {
  tasks: Map<string, string>;
  read: Set<string>;
  /** State of the folder of tasks that has been read; undefined when it must be listed again. */
  stamp: string | undefined;
}

const indexes = new WeakMap<TaskStore, Index>();

/** The id of the task that a message gave, among the newest. */
export function taskOfMessage(store: TaskStore, messageId: string): string | undefined {
  const index: Index = indexes.get(store) ?? {
    tasks: new Map(),
    read: new Set(),
    stamp: undefined,
  };
  indexes.set(store, index);
  refresh(store, index);
  return index.tasks.get(messageId);
}

function refresh(store: TaskStore, index: Index): void {
  const stamp = stampOf(tasksFolder(store.root));
  if (stamp !== undefined && stamp === index.stamp) return;
  const newest = taskIds(store.root).slice(-MAX_SEARCHED);
  if (index.read.size > 4 * MAX_SEARCHED) {
    index.tasks.clear();
    index.read.clear();
  }
  let isWhole = true;
  for (const id of newest) {
    if (index.read.has(id)) continue;
    const task = store.read(id);
    isWhole &&= task !== undefined; // its first event may be on its way
    if (task === undefined) continue;
    index.read.add(id);
    for (const message of Object.values(task.messages)) index.tasks.set(message, id);
  }
  index.stamp = isWhole ? stamp : undefined;
}

/** Undefined when the folder can change again and look the same. */
function stampOf(folder: string): string | undefined {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || Math.abs(Date.now() - stats.mtimeMs) < STEP_MS) return undefined;
  return `${stats.ino} ${stats.mtimeMs}`;
}

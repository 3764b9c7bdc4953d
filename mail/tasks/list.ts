import type { Registry } from '../directory.js';
import { isParty } from './parties.js';
import { isEnd } from './states.js';
import type { TaskStore } from './store.js';
import type { Task } from './task.js';

/** What a list of tasks is to show. */
export interface Selection {
  /** Only the tasks of this agent: those that it gave, has or may take. */
  agent?: string | undefined;
  /** How many of those that have ended. */
  ended: number;
}

/** After so many tasks others get a turn: thousands lie there, and reading them takes a second. */
const TURN = 32;

/** Open tasks first, then those that have ended, in each group what changed last first. */
export async function selectTasks(
  store: TaskStore,
  registry: Registry,
  { agent, ended: most }: Selection,
): Promise<{ open: Task[]; ended: Task[]; more: number }> {
  const open: Task[] = [];
  let ended: Task[] = [];
  let more = 0;
  let read = 0;
  for (const task of store.all()) {
    if ((read += 1) % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    if (agent !== undefined && !isParty(registry, task, agent)) continue;
    if (!isEnd(task.state)) {
      open.push(task);
      continue;
    }
    ended.push(task);
    // Of thousands only a few are kept in memory.
    if (ended.length <= 2 * most + 16) continue;
    ended = ended.sort(lastFirst);
    more += ended.splice(most).length;
  }
  ended.sort(lastFirst);
  more += ended.splice(most).length;
  return { open: open.sort(lastFirst), ended, more };
}

function lastFirst(a: Task, b: Task): number {
  return b.updatedAt.localeCompare(a.updatedAt) || b.id.localeCompare(a.id);
}

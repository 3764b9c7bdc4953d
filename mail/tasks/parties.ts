import { currentName, type Registry } from '../directory.js';
import type { ChangeState } from './states.js';
import type { Task } from './task.js';

/** The name under which an agent takes part in a task; it may have been renamed since. */
export function partyOf(
  registry: Registry,
  task: Task,
  agent: string,
  state: ChangeState,
): string | undefined {
  const me = currentName(registry, agent);
  const own = (name: string | null): name is string =>
    name !== null && currentName(registry, name) === me;
  if (state === 'cancelled' && own(task.requester)) return task.requester;
  if (own(task.assignee)) return task.assignee;
  return task.candidates.find(own) ?? (own(task.requester) ? task.requester : undefined);
}

/** Whether an agent has given a task, has it, or may take it. What others do is their business. */
export function isParty(registry: Registry, task: Task, agent: string): boolean {
  return partyOf(registry, task, agent, 'accepted') !== undefined;
}

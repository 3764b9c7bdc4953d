import { mailboxPaths } from '../../protocol/paths.js';
import { currentName, type Registry } from '../directory.js';
import { isInMailbox } from '../find-mail.js';
import { mailboxNames } from '../mailbox-names.js';
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
  const given = currentName(registry, task.requester) === me ? task.requester : undefined;
  if (state === 'cancelled' && given !== undefined) return given;
  const own = (name: string | null): name is string =>
    name !== null && isBearer(registry, task, name, me);
  if (own(task.assignee)) return task.assignee;
  return task.candidates.find(own) ?? given;
}

/** Whether an agent has given a task, has it, or may take it. What others do is their business. */
export function isParty(registry: Registry, task: Task, agent: string): boolean {
  return partyOf(registry, task, agent, 'accepted') !== undefined;
}

/**
 * The name that a candidate bears now. Mail goes along with an agent that takes another name: where
 * somebody else has taken the former one, the candidate is who has the message with the task.
 */
export function bearerOf(registry: Registry, task: Task, candidate: string): string {
  const name = currentName(registry, candidate);
  const message = task.messages[candidate];
  if (message === undefined || holds(registry, name, message)) return name;
  return mailboxNames(registry.root).find((other) => holds(registry, other, message)) ?? name;
}

/** As {@link bearerOf}, without a look at all mailboxes for each task that is somebody else's. */
function isBearer(registry: Registry, task: Task, candidate: string, me: string): boolean {
  const message = task.messages[candidate];
  const isNamesake = currentName(registry, candidate) === me;
  if (!isNamesake && (message === undefined || !holds(registry, me, message))) return false;
  return bearerOf(registry, task, candidate) === me;
}

/** Whether a message waits for an agent or was seen by it. */
function holds({ root }: Registry, name: string, message: string): boolean {
  return isInMailbox(mailboxPaths(root, name), message);
}

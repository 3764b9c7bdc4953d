import { join } from 'node:path';
import { sentAt, type Message } from '../../protocol/envelope.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { currentName, type Registry } from '../directory.js';
import { inspectFile } from '../inspect.js';
import { namedTask, taskIdOf } from './task-id.js';
import type { Stored, TaskStore } from './store.js';
import type { Task } from './task.js';
import { titleOf } from './title.js';

/** Tasks looked through for a message that is gone. */
const MAX_SEARCHED = 500;

/**
 * Notes the task of a message of type `task` that came as a file: from the original, or from a script.
 * Where it is known already nothing changes.
 *
 * @param name whose mailbox the message is in
 * @throws Cc2ccError E_STORE
 */
export function adoptTask(store: TaskStore, message: Message, name: string): Stored | undefined {
  const id = taskIdOf(message);
  if (message.type !== 'task' || id === undefined) return undefined;
  const title = message.task?.['title'];
  const time = sentAt(message);
  return store.submit(id, {
    by: message.from,
    at: new Date(Number.isFinite(time) ? time : Date.now()).toISOString(),
    title: titleOf(typeof title === 'string' ? title : message.content.text),
    requester: message.from,
    candidates: [name],
    priority: message.priority,
    messages: { [name]: message.id },
  });
}

/** The task that a message answers, as far as it was its sender who was given it. */
export function answeredTask(
  store: TaskStore,
  registry: Registry,
  { from, replyTo, task }: Message,
): Task | undefined {
  if (typeof replyTo !== 'string') return undefined;
  const isAnswered = (found: Task | undefined): found is Task =>
    found !== undefined && Object.values(found.messages).includes(replyTo);
  const ids = [
    namedTask({ task }),
    ...[from, currentName(registry, from)].map((name) => idInMailbox(store.root, name, replyTo)),
  ];
  for (const id of ids) {
    const found = id === undefined ? undefined : store.read(id);
    if (isAnswered(found)) return found;
  }
  let searched = 0;
  for (const found of store.all()) {
    if (isAnswered(found)) return found;
    if ((searched += 1) === MAX_SEARCHED) break;
  }
  return undefined;
}

function idInMailbox(root: string, name: string, id: string): string | undefined {
  const { inbox, done } = mailboxPaths(root, name);
  for (const folder of [done, inbox]) {
    const verdict = inspectFile(join(folder, `${id}.json`), `${id}.json`);
    if (verdict.kind === 'message') return taskIdOf(verdict.message);
  }
  return undefined;
}

import { sentAt, type Message } from '../../protocol/envelope.js';
import { currentName, type Registry } from '../directory.js';
import { findMail } from '../find-mail.js';
import { taskOfMessage } from './message-index.js';
import { namedTask, taskIdOf } from './task-id.js';
import type { Stored, TaskStore } from './store.js';
import type { Task } from './task.js';
import { titleOf } from './title.js';

/** An event can name no later year than 9999, and an id can. */
const LAST_MS = Date.UTC(9999, 11, 31);

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
    at: new Date(Number.isFinite(time) ? between(0, time, LAST_MS) : Date.now()).toISOString(),
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
  const id = taskOfMessage(store, replyTo);
  return id === undefined ? undefined : store.read(id);
}

function between(least: number, value: number, most: number): number {
  return Math.min(Math.max(least, value), most);
}

function idInMailbox(root: string, name: string, id: string): string | undefined {
  const found = findMail(root, name, id);
  return found === undefined ? undefined : taskIdOf(found.message);
}

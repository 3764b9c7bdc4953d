import type { Message, MessageType, Priority } from '../../protocol/envelope.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { timeOfId } from '../../protocol/ids.js';
import type { Registry } from '../directory.js';
import { adoptTask } from './adopt.js';
import { changeTask, type Changed } from './change-task.js';
import { fieldOf, type TaskField } from './news.js';
import { unknownTask, type TaskStore } from './store.js';
import { taskIdOf, taskOfMessageId } from './task-id.js';
import { titleOf } from './title.js';

/** What of a letter concerns tasks. */
export interface TaskLetter {
  /** The id of its message. */
  id: string;
  from: string;
  /** By its name of now. */
  to: string;
  text: string;
  type?: MessageType | undefined;
  priority?: Priority | undefined;
  answers?: Message | undefined;
  /** Of a task that is given to several, or that has a title of its own. */
  task?: TaskHead | undefined;
}

export interface TaskHead {
  title?: string | undefined;
  /** By candidate, the id of the message that brings the task. */
  messages: Readonly<Record<string, string>>;
}

/** What a letter means for a task, once that is written down. */
export interface Recorded {
  /** For the message. */
  task?: TaskField;
  type?: MessageType;
  /** Resolves when it survives a power cut. */
  durable: Promise<void>;
  /** The task that the letter completes. */
  completed?: Changed;
  /** Why the letter, though it answers a task, completes none. */
  remark?: string;
  /** The message could not be stored. */
  undo?: () => void;
}

/**
 * Writes down what a letter means for a task: one of type `task` gives one, an answer to such a message
 * completes it. To be called when nothing but the disk can stop the message any more. The same letter
 * that comes again changes nothing.
 *
 * @returns undefined for a letter that has nothing to do with tasks
 * @throws Cc2ccError E_STORE, E_LIMIT
 */
export function recordLetter(
  store: TaskStore,
  registry: Registry,
  letter: TaskLetter,
): Recorded | undefined {
  if (letter.answers?.type === 'task') return completion(store, registry, letter, letter.answers);
  return letter.type === 'task' ? submission(store, registry, letter) : undefined;
}

function submission(store: TaskStore, registry: Registry, letter: TaskLetter): Recorded {
  const { id, from, to, text, priority = 'normal' } = letter;
  const { title, messages } = letter.task ?? { title: undefined, messages: { [to]: id } };
  const stored = store.submit(taskOfMessageId(Object.values(messages)[0] ?? id), {
    by: from,
    at: new Date(timeOfId(id) ?? Date.now()).toISOString(),
    title: titleOf(title ?? text),
    requester: from,
    candidates: Object.keys(messages),
    priority,
    messages: { ...messages },
  });
  const { task, durable } = stored;
  const undo = (): void => {
    withdraw(store, registry, task.id, from);
  };
  // Of several messages another one may have reached its candidate.
  return { task: fieldOf(task), durable, ...(task.candidates.length === 1 ? { undo } : {}) };
}

/** A task that reached nobody must not stay open. */
export function withdraw(store: TaskStore, registry: Registry, id: string, by: string): void {
  const text = 'Its message could not be stored.';
  try {
    const { durable } = changeTask(store, registry, { id, by, state: 'cancelled', text });
    void durable; // as for the message: its sender has been told
  } catch (error) {
    // Nor could this be; who gave it has been told that it was not sent.
    if (!(error instanceof Cc2ccError)) throw error;
  }
}

function completion(
  store: TaskStore,
  registry: Registry,
  { id: message, from: by, text }: TaskLetter,
  answers: Message,
): Recorded {
  const adopted = adoptTask(store, answers, by);
  const id = taskIdOf(answers);
  try {
    if (id === undefined || !isMessageOf(store, id, answers.id)) throw unknownTask(id ?? '');
    const wish = { id, by, state: 'completed' as const, text, message, request: message };
    const changed = changeTask(store, registry, wish);
    const durable = Promise.all([adopted?.durable, changed.durable]).then(() => undefined);
    return { task: fieldOf(changed.task), type: 'response', durable, completed: changed };
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
    if (error.code !== 'E_TASK' && error.code !== 'E_UNKNOWN_TASK') throw error;
    return { type: 'message', durable: Promise.resolve(), remark: error.message };
  }
}

/** A message may name a task that another one gave. */
function isMessageOf(store: TaskStore, id: string, messageId: string): boolean {
  return Object.values(store.read(id)?.messages ?? {}).includes(messageId);
}

import { expiresAt, type Message } from '../../protocol/envelope.js';
import type { Cc2ccError } from '../../protocol/errors.js';
import type { Registry } from '../directory.js';
import type { SignatureState } from '../signing.js';
import { adoptTask, answeredTask } from './adopt.js';
import { changeTask, type Changed } from './change-task.js';
import type { TaskStore } from './store.js';

/** What a message that came as a file has changed. */
export interface TakenIn {
  /** Resolves when it survives a power cut. */
  durable: Promise<void>;
  /** The task that it has completed. */
  completed?: Changed;
}

/**
 * What a message that came as a file, from the original or from a script, means for tasks: one of type
 * `task` gives one, one of type `response` that answers such a message completes it, if its sender has
 * the task or may take it. To take the same message in again changes nothing.
 *
 * @param name whose mailbox it is in
 * @throws Cc2ccError E_STORE, E_LIMIT
 */
export function takeIn(
  store: TaskStore,
  registry: Registry,
  message: Message,
  signature: SignatureState,
  name: string,
): TakenIn | undefined {
  if (signature === 'invalid') return undefined; // nobody knows who says so
  if (message.type === 'task') {
    // One whose time is up is shown to nobody: its task would stay open for ever.
    return expiresAt(message) > Date.now() ? adoptTask(store, message, name) : undefined;
  }
  if (message.type !== 'response') return undefined;
  const task = answeredTask(store, registry, message);
  if (task === undefined || task.endedAt !== null) return undefined;
  const { id, from: by, content } = message;
  const wish = { by, text: content.text, message: id, request: id };
  try {
    const completed = changeTask(store, registry, { ...wish, id: task.id, state: 'completed' });
    return { durable: completed.durable, completed };
  } catch (error) {
    // Somebody else has the task, or it has ended just now: the message is a message.
    const { code } = error as Partial<Cc2ccError>;
    if (code === 'E_TASK' || code === 'E_UNKNOWN_TASK') return undefined;
    throw error;
  }
}

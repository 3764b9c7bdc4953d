import type { Message } from '../../protocol/envelope.js';
import { derivedMessageId, timeOfId } from '../../protocol/ids.js';
import type { Stamp } from '../../protocol/stamp.js';

/** A task id is also a folder name: nothing else may pass. */
export const TASK_ID_PATTERN =
  /^task-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isTaskId(value: unknown): value is string {
  return typeof value === 'string' && TASK_ID_PATTERN.test(value);
}

function derivedTaskId(stamp: Stamp, ...parts: readonly string[]): string {
  return derivedMessageId(stamp, 'task', ...parts).replace(/^msg-/, 'task-');
}

/**
 * The task that a message of type `task` gives, or that it speaks of. One that names none, such as the
 * original's, has an id that follows from the message's: whoever takes it in comes to the same.
 */
export function taskIdOf(message: Message): string | undefined {
  const named = namedTask(message);
  if (named !== undefined || message.type !== 'task') return named;
  return taskOfMessageId(message.id, Date.parse(message.timestamp));
}

/**
 * The id of the task that a message gives.
 *
 * @param time epoch milliseconds; for an id that bears no time
 */
export function taskOfMessageId(id: string, time = 0): string {
  const ms = timeOfId(id) ?? (Number.isFinite(time) ? time : 0);
  return derivedTaskId([Math.min(Math.max(0, Math.floor(ms)), 2 ** 48 - 1), 0], id);
}

/** The task that a message names itself. */
export function namedTask({ task }: Pick<Message, 'task'>): string | undefined {
  const id = task?.['id'];
  return isTaskId(id) ? id : undefined;
}

import { namedTask, taskIdOf } from '../../mail/tasks/task-id.js';
import type { Message } from '../../protocol/envelope.js';

/** News of a task is told for its own sake. */
export function isTaskNews(message: Message): boolean {
  return message.type === 'status' && namedTask(message) !== undefined;
}

/** What the head of a digest says where tasks are among the messages. */
export const HOW_TO_WORK =
  ' To accept a task or tell of progress, call "update_task" with its task id; a reply completes it.';

/** How the task of a message is worked on. */
export function howToWork(message: Message): string {
  return `This is ${taskIdOf(message) ?? 'a task'}. To accept it, tell of progress or give it up, call the cc2cc tool "update_task"; to send its result, which completes it, call "reply" with msg_id "${message.id}".`;
}

import type { Task } from '../../mail/tasks/task.js';
import type { Office } from '../office.js';

/** Whether the message that brings a task to an agent is held until a person approves it. */
export function isKeptFrom(
  office: Office,
  { messages }: Pick<Task, 'messages'>,
  self: string,
): boolean {
  const mailbox = office.agent(self)?.agent?.mailbox;
  return mailbox !== undefined && Object.values(messages).some((id) => mailbox.isUnapproved(id));
}

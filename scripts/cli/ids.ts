import { isTaskId } from '../../mail/tasks/task-id.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { isMessageId } from '../../protocol/ids.js';

/**
 * A message id that somebody typed.
 *
 * @throws Cc2ccError E_USAGE for what cannot be one
 */
export function messageIdOf(text: string): string {
  const isId: boolean = isMessageId(text);
  if (isId) return text;
  throw new Cc2ccError('E_USAGE', `"${text.slice(0, 80)}" is not a message id.`, {
    hint: 'One looks like msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429.',
  });
}

/**
 * A task id that somebody typed.
 *
 * @throws Cc2ccError E_USAGE for what cannot be one
 */
export function taskIdOf(text: string): string {
  const isId: boolean = isTaskId(text);
  if (isId) return text;
  throw new Cc2ccError('E_USAGE', `"${text.slice(0, 80)}" is not a task id.`, {
    hint: 'One looks like task-01a1fbf4-0f50-7000-a1fc-8b940ccbf429.',
  });
}

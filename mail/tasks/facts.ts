import type { Message } from '../../protocol/envelope.js';
import { cutWhole, sanitizeValue } from '../../protocol/sanitize.js';
import { MAX_TITLE } from './event.js';
import { taskStateOf } from './states.js';
import { taskIdOf } from './task-id.js';

/** What a message says of a task, as it may be shown. */
export interface TaskFacts {
  id: string;
  state: string | undefined;
  /** One line without quotes and brackets: it can be put between such. */
  title: string | undefined;
}

/** @returns undefined for a message that has nothing to do with a task */
export function taskFacts(message: Message): TaskFacts | undefined {
  const id = taskIdOf(message);
  if (id === undefined) return undefined;
  const title = message.task?.['title'];
  const shown = typeof title === 'string' ? cutWhole(sanitizeValue(title).trim(), MAX_TITLE) : '';
  return {
    id,
    state: taskStateOf(message.task?.['state']),
    title: shown === '' ? undefined : shown,
  };
}

/** What is shown behind the type of a message, in the header of a digest. */
export function taskFact(message: Message): string[] {
  const facts = taskFacts(message);
  if (facts === undefined) return [];
  const { id, state = 'submitted', title } = facts;
  // Most titles are the first line of the text, which stands below.
  const isBelow = title !== undefined && isBeginning(title, message.content.text);
  return [`${id} ${state}${title === undefined || isBelow ? '' : ` "${title}"`}`];
}

function isBeginning(title: string, text: string): boolean {
  return sanitizeValue(text.slice(0, 4 * MAX_TITLE)).startsWith(title.replace(/…$/, ''));
}

import { sanitizeText, sanitizeValue } from '../../protocol/sanitize.js';
import { currentName, type Registry } from '../directory.js';
import { bearerOf } from './parties.js';
import type { Task } from './task.js';

/** One line: id, state, title, who gave it and who has it. Titles cannot end the quotes around them. */
export function taskLine(registry: Registry, task: Task): string {
  const { id, state, title, requester, notes, priority } = task;
  const facts = [
    `from ${currentName(registry, requester)}`,
    holder(registry, task),
    ...(priority === 'normal' ? [] : [`${priority} priority`]),
    ...(notes.length === 0 ? [] : [`${notes.length} note${notes.length === 1 ? '' : 's'}`]),
    `since ${minute(task.updatedAt)}`,
  ];
  return `${id} ${state} "${sanitizeValue(title)}" (${facts.join(', ')})`;
}

/** All that is known of a task. What others wrote is quoted with `> `. */
export function taskDetail(registry: Registry, task: Task): string {
  const { submittedAt, notes, result, messages } = task;
  return [
    taskLine(registry, task),
    `submitted ${minute(submittedAt)}`,
    ...Object.entries(messages).map(([name, id]) => `its text went to ${name} as ${id}`),
    ...notes.map(({ at, by, state, text }) => `${minute(at)} ${by}, ${state}:\n${quoted(text)}`),
    ...(result === null ? [] : [`result:\n${quoted(result)}${isCut(task) ? CUT : ''}`]),
  ].join('\n');
}

const CUT = '\n(This is the beginning; the message that brought it has all.)';

function isCut({ history }: Task): boolean {
  const last = history.at(-1);
  return last !== undefined && last.state !== 'submitted' && last.cut === true;
}

function holder(registry: Registry, task: Task): string {
  const { assignee, candidates, state } = task;
  const names = (all: readonly string[]): string =>
    all.map((name) => bearerOf(registry, task, name)).join(', ');
  if (assignee === null) return `for the first of ${names(candidates)} to accept it`;
  return state === 'submitted' ? `for ${names([assignee])}` : `with ${names([assignee])}`;
}

function quoted(text: string): string {
  return sanitizeText(text)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

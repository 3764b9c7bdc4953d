import { createMessage, type Message, type MessageType } from '../../protocol/envelope.js';
import { derivedMessageId } from '../../protocol/ids.js';
import { currentName, type Registry } from '../directory.js';
import type { Change } from './event.js';
import { bearerOf } from './parties.js';
import { messageFor, type Task } from './task.js';
import type { TaskState } from './states.js';

/** What a message says of its task, in the field `task`. The original shows the title. */
export interface TaskField {
  id: string;
  title: string;
  state: TaskState;
  assignee: string | null;
}

export function fieldOf({ id, title, state, assignee }: Task): TaskField {
  return { id, title, state, assignee };
}

/** What one party is told of a change. */
interface News {
  /** As in the task's first event. */
  to: string;
  type: MessageType;
  text: string;
  /** The message that it answers. */
  replyTo?: string | undefined;
}

/**
 * The messages that tell the others of a change. Their ids follow from the event, so they can be posted
 * again without being doubled.
 *
 * @param text all of what was said; the event may have the beginning only
 * @param ttl seconds
 */
export function messagesOf(
  registry: Registry,
  task: Task,
  event: Change,
  text: string | undefined,
  ttl: number,
): Message[] {
  const at = Date.parse(event.at);
  const from = currentName(registry, event.by);
  return newsOf(task, event, text).flatMap((news) => {
    const isGiver = news.to === task.requester;
    const to = isGiver ? currentName(registry, news.to) : bearerOf(registry, task, news.to);
    if (to === from) return []; // one has taken the name of the other
    const draft = {
      id: derivedMessageId([at, event.seq], 'task', task.id, String(event.seq), news.to),
      at,
      from,
      to,
      text: news.text,
      type: news.type,
      replyTo: news.replyTo,
      thread: messageFor(task, isGiver ? event.as : news.to),
      priority: task.priority,
      task: { ...fieldOf(task), state: event.state },
      ttl,
    };
    return [createMessage(draft)];
  });
}

function newsOf(task: Task, event: Change, text: string | undefined): News[] {
  if (event.state === 'cancelled') {
    const concerned = task.assignee === null ? task.candidates : [task.assignee];
    const stop = withText(`Task cancelled: ${task.title}\nDo not go on with it.`, text);
    return concerned.map((to) => ({ to, type: 'status', text: stop }));
  }
  return [toRequester(task, event, text), ...toOthers(task, event)];
}

function toRequester(task: Task, event: Change, text: string | undefined): News {
  const to = task.requester;
  const answered = messageFor(task, event.as);
  switch (event.state) {
    case 'completed':
      return { to, type: 'response', text: text ?? `Done: ${task.title}`, replyTo: answered };
    case 'failed':
      return {
        to,
        type: 'status',
        text: withText(`Task failed: ${task.title}`, text),
        replyTo: answered,
      };
    default:
      return { to, type: 'status', text: withText(`Task ${event.state}: ${task.title}`, text) };
  }
}

/** Once, by the first who does anything: it is nobody else's any more. */
function toOthers(task: Task, event: Change): News[] {
  const taking = task.history.find(({ state }) => state !== 'submitted');
  if (taking?.seq !== event.seq) return [];
  const text = `Task taken by another agent: ${task.title}\nNothing is left to do for you.`;
  return task.candidates
    .filter((to) => to !== event.as)
    .map((to) => ({ to, type: 'status', text }));
}

function withText(sentence: string, text: string | undefined): string {
  return text === undefined ? sentence : `${sentence}\n\n${text}`;
}

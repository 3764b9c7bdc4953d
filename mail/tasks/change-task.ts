import { Cc2ccError } from '../../protocol/errors.js';
import { MAX_TEXT_BYTES } from '../../protocol/limits.js';
import { currentName, type Registry } from '../directory.js';
import type { Change, TaskEvent } from './event.js';
import { bearerOf, partyOf } from './parties.js';
import { isEnd, type ChangeState } from './states.js';
import { unknownTask, type NewChange, type Stored, type TaskStore } from './store.js';
import { objectionTo, type Objection, type Task } from './task.js';

/** What an agent wants to do to a task. */
export interface Wish {
  id: string;
  /** The agent, by its name of now. */
  by: string;
  state: ChangeState;
  /** A note, a reason, or the result. */
  text?: string | undefined;
  /** The message that brings it, where there is one already. */
  message?: string | undefined;
  /** Tells the request from others; the same one that comes again changes nothing more. */
  request?: string | undefined;
}

/** A change that stands. */
export interface Changed extends Stored {
  event: Change;
}

/**
 * Changes a task for one of its parties. What was done already by the same request, or, where nothing
 * tells requests apart or it is an end, as the last thing and in the same words, is answered as it was
 * then.
 *
 * @throws Cc2ccError E_UNKNOWN_TASK, also for tasks of others; E_TASK when its state or whose it is does
 *   not allow it; E_LIMIT, E_STORE. Nothing has changed then
 */
export function changeTask(
  store: TaskStore,
  registry: Registry,
  wish: Wish,
  now = Date.now(),
): Changed {
  const stored = store.change(wish.id, (task) => {
    const as = partyOf(registry, task, wish.by, wish.state);
    if (as === undefined) throw unknownTask(task.id, wish.by);
    const before = doneBefore(task, as, wish);
    if (before !== undefined) return before;
    const objection = objectionTo(task, as, wish.state);
    if (objection !== undefined) throw refusal(registry, task, objection, wish.state);
    return eventOf(wish, as, now);
  });
  const { event } = stored;
  if (event.state === 'submitted') throw new Error('a change that submits');
  return { ...stored, event };
}

/**
 * Whether a text can be told: a message puts a sentence before it.
 *
 * @throws Cc2ccError E_LIMIT
 */
export function checkNote(text = ''): void {
  const most = MAX_TEXT_BYTES - 1024;
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return;
  throw new Cc2ccError('E_LIMIT', `The text has ${bytes} bytes, more than ${most}.`, {
    hint: 'Write it to a file and send the path.',
  });
}

function doneBefore(task: Task, as: string, wish: Wish): TaskEvent | undefined {
  const own = task.history.filter(
    (event): event is Change => event.state !== 'submitted' && event.as === as,
  );
  const { request, state, text } = wish;
  if (request !== undefined) {
    const same = own.find((event) => event.request === request && event.state === state);
    if (same !== undefined) return same;
  }
  // To accept what one has is no mistake worth an error, but a text would be told to nobody.
  const [first] = own;
  if (objectionTo(task, as, state) === 'accepted' && first !== undefined) {
    return text === undefined || isSameText(first, text) ? first : undefined;
  }
  const last = own.at(-1);
  if (last === undefined || last !== task.history.at(-1)) return undefined;
  if (last.state !== state || !isSameText(last, text)) return undefined;
  // An end comes once: who says it again wants the others to be told, who could not be at first.
  const isRepeated = request === undefined || (isEnd(state) && wish.message === undefined);
  return isRepeated ? last : undefined;
}

function isSameText({ text, cut }: Change, other: string | undefined): boolean {
  return cut === true ? other?.startsWith(text ?? '') === true : text === other;
}

function eventOf({ by, state, text, message, request }: Wish, as: string, now: number): NewChange {
  return {
    state,
    by,
    as,
    at: new Date(now).toISOString(),
    ...(text === undefined ? {} : { text }),
    ...(message === undefined ? {} : { message }),
    ...(request === undefined ? {} : { request }),
  };
}

function refusal(
  registry: Registry,
  task: Task,
  objection: Objection,
  state: ChangeState,
): Cc2ccError {
  const { id, requester, assignee } = task;
  const giver = currentName(registry, requester);
  const taker = assignee === null ? 'nobody yet' : bearerOf(registry, task, assignee);
  switch (objection) {
    case 'ended':
      return new Cc2ccError('E_TASK', `${endSentence(registry, task)} It cannot be changed.`);
    case 'taken':
      return new Cc2ccError('E_TASK', `${taker} has task ${id} (${task.state}): it is not yours.`);
    case 'not a candidate':
      return new Cc2ccError(
        'E_TASK',
        `You gave task ${id}; only the one who has it (${taker}) can make it ${state}.`,
        { hint: 'You can cancel it.' },
      );
    case 'not the requester':
      return new Cc2ccError('E_TASK', `Only ${giver}, who gave task ${id}, can cancel it.`, {
        hint: 'If you cannot do it, make it failed and say why.',
      });
    case 'accepted':
      return new Cc2ccError('E_TASK', `You have accepted task ${id} already (${task.state}).`, {
        hint: 'To tell something of it, make it working.',
      });
  }
}

/** How a task ended. */
export function endSentence(registry: Registry, task: Task): string {
  const last = task.history.at(-1);
  const who = last === undefined ? '' : ` by ${currentName(registry, last.by)}`;
  const at = (task.endedAt ?? '').slice(0, 19).replace('T', ' ');
  return `Task ${task.id} was ${task.state === 'failed' ? 'given up as failed' : task.state}${who} at ${at} UTC.`;
}

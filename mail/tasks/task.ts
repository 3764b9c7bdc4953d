import type { Priority } from '../../protocol/envelope.js';
import type { Change, Submission, TaskEvent } from './event.js';
import { isEnd, type ChangeState, type TaskState } from './states.js';

/** A task as its events tell it. Names are those of the first event; agents may be renamed since. */
export interface Task {
  id: string;
  title: string;
  state: TaskState;
  priority: Priority;
  requester: string;
  candidates: readonly string[];
  /** Null while several may take it and none has. */
  assignee: string | null;
  /** What was said on the way, oldest first. */
  notes: readonly { at: string; by: string; state: TaskState; text: string }[];
  /** Of a completed task; the beginning of it where it is long. */
  result: string | null;
  /** By candidate, the id of the message that has the task's text. */
  messages: Readonly<Record<string, string>>;
  /** ISO times. */
  submittedAt: string;
  updatedAt: string;
  endedAt: string | null;
  history: readonly TaskEvent[];
}

/** Why somebody may not do something to a task. */
export type Objection =
  /** It has ended. */
  | 'ended'
  /** Another one has it. */
  | 'taken'
  /** He has accepted it already. */
  | 'accepted'
  /** It was not given to him. */
  | 'not a candidate'
  /** Only who gave it can cancel it. */
  | 'not the requester';

/** A task at its beginning. */
export function submittedTask(id: string, event: Submission): Task {
  const { title, state, priority, requester, messages, at } = event;
  const candidates = [...new Set(event.candidates)];
  return {
    id,
    title,
    state,
    priority,
    requester,
    candidates,
    assignee: candidates.length === 1 ? (candidates[0] ?? null) : null,
    notes: [],
    result: null,
    messages,
    submittedAt: at,
    updatedAt: at,
    endedAt: null,
    history: [event],
  };
}

/**
 * The rules of a task.
 *
 * @param as the requester or a candidate, by the name of the first event
 * @returns undefined where there is nothing to object
 */
export function objectionTo(task: Task, as: string, state: ChangeState): Objection | undefined {
  if (isEnd(task.state)) return 'ended';
  if (state === 'cancelled') return as === task.requester ? undefined : 'not the requester';
  if (!task.candidates.includes(as)) return 'not a candidate';
  if (task.assignee !== null && task.assignee !== as) return 'taken';
  return state === 'accepted' && task.state !== 'submitted' ? 'accepted' : undefined;
}

/**
 * The task after an event. Depends on nothing but its arguments: whoever reads the same files comes
 * to the same task.
 *
 * @returns undefined for an event that the rules do not allow: it is passed over
 */
export function nextTask(task: Task, event: Change): Task | undefined {
  const { state, as, by, at, text } = event;
  if (objectionTo(task, as, state) !== undefined) return undefined;
  return {
    ...task,
    state,
    assignee: state === 'cancelled' ? task.assignee : as,
    notes:
      text === undefined || state === 'completed'
        ? task.notes
        : [...task.notes, { at, by, state, text }],
    result: state === 'completed' ? (text ?? '') : null,
    updatedAt: at,
    endedAt: isEnd(state) ? at : null,
    history: [...task.history, event],
  };
}

/** The message with the task's text that a party got; of the requester, the first there is. */
export function messageFor(task: Task, party: string | null): string | undefined {
  return (party === null ? undefined : task.messages[party]) ?? Object.values(task.messages)[0];
}

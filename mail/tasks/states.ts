/** What becomes of a task, by the names of A2A where they fit. The last three are ends. */
export const TASK_STATES = [
  'submitted',
  'accepted',
  'working',
  'completed',
  'failed',
  'cancelled',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** A change of a task that somebody asks for; nobody submits one anew. */
export type ChangeState = Exclude<TaskState, 'submitted'>;
export const CHANGE_STATES = TASK_STATES.filter((state) => state !== 'submitted');

export function isEnd(state: TaskState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** A state as it is written in files of others; A2A spells one of them otherwise. */
export function taskStateOf(value: unknown): TaskState | undefined {
  return value === 'canceled' ? 'cancelled' : TASK_STATES.find((state) => state === value);
}

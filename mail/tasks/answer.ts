import type { TaskAnswer } from '../../protocol/control.js';
import type { Changed } from './change-task.js';
import { fieldOf } from './news.js';
import type { Told } from './tell.js';

/** What a command is answered that has changed a task. */
export function taskAnswer({ changed, told }: { changed: Changed; told: Told[] }): TaskAnswer {
  return {
    ...fieldOf(changed.task),
    told: told.map(({ to, id, where = null, problem = null }) => ({ to, id, where, problem })),
  };
}

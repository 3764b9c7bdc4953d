import { z } from 'zod';
import { CHANGE_STATES } from '../../../mail/tasks/states.js';
import { toldSentences } from '../../../mail/tasks/tell.js';
import { unknownTask } from '../../../mail/tasks/store.js';
import { isKeptFrom } from '../../tasks/kept-from.js';
import { originId } from '../../dispatch.js';
import { updateTask as update } from '../../tasks/update.js';
import { defineTool, textArgument } from './tool.js';

export const updateTask = defineTool({
  name: 'update_task',
  description:
    'Accept a task that you were given, tell of progress (working), complete it with its result, give up (failed), or cancel one that you gave. The other is told.',
  schema: z.strictObject({
    task_id: z.string(),
    state: z.enum(CHANGE_STATES),
    text: textArgument.optional().describe('note, reason, or the result'),
  }),
  handle: async ({ task_id: id, state, text }, { office, session, requestId, stamp }) => {
    const by = office.register(session);
    const kept = office.tasks.read(id);
    if (kept !== undefined && isKeptFrom(office, kept, by)) throw unknownTask(id, by);
    const request =
      stamp === undefined ? undefined : originId({ session, requestId, stamp }, `${id} ${state}`);
    const { changed, told } = await update(office, { id, by, state, text, request });
    const { task, event } = changed;
    // The message with the task has been read by who works on it.
    const message = task.messages[event.as];
    if (message !== undefined && event.state !== 'cancelled') await session.answered(message);
    return { text: `Task ${id} is ${task.state}. ${toldSentences(told)}`.trim() };
  },
});

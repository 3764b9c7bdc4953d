import { z } from 'zod';
import { taskDetail, taskLine } from '../../../mail/tasks/describe.js';
import { selectTasks } from '../../../mail/tasks/list.js';
import { isParty } from '../../../mail/tasks/parties.js';
import { unknownTask } from '../../../mail/tasks/store.js';
import { isKeptFrom } from '../../tasks/kept-from.js';
import type { Office } from '../../office.js';
import { defineTool } from './tool.js';

/** What has ended is of little use to a model. */
const MAX_ENDED = 5;

/** Beyond this a list is not read. */
const MAX_OPEN = 50;

export const listTasks = defineTool({
  name: 'list_tasks',
  description:
    'Tasks that you gave or were given, open ones first; with task_id, one in full: notes, result.',
  schema: z.strictObject({ task_id: z.string().optional() }),
  readOnly: true,
  handle: async ({ task_id: id }, { office, session }) => {
    const self = office.register(session);
    return { text: id === undefined ? await listOf(office, self) : detailOf(office, self, id) };
  },
});

function detailOf(office: Office, self: string, id: string): string {
  const task = office.tasks.read(id);
  const isTheirs = task !== undefined && isParty(office, task, self);
  if (!isTheirs || isKeptFrom(office, task, self)) throw unknownTask(id, self);
  return taskDetail(office, task);
}

async function listOf(office: Office, self: string): Promise<string> {
  const {
    open: all,
    ended,
    more,
  } = await selectTasks(office.tasks, office, {
    agent: self,
    ended: MAX_ENDED,
  });
  const open = all.filter((task) => !isKeptFrom(office, task, self));
  if (open.length + ended.length === 0) return 'You have neither given nor got a task.';
  const shown = [...open.slice(0, MAX_OPEN), ...ended];
  const left = open.length - Math.min(open.length, MAX_OPEN);
  return [
    ...shown.map((task) => `- ${taskLine(office, task)}`),
    ...(left > 0 ? [`… and ${left} more that are open.`] : []),
    ...(more > 0 ? [`… and ${more} more that have ended.`] : []),
  ].join('\n');
}

import { z } from 'zod';
import { PRIORITIES } from '../../../protocol/envelope.js';
import { MAX_CANDIDATES } from '../../../mail/tasks/event.js';
import { delegate } from '../../tasks/delegate.js';
import { defineTool, textArgument } from './tool.js';

export const delegateTask = defineTool({
  name: 'delegate_task',
  description:
    'Give a task to another agent, or to the first of several to accept it. What becomes of it comes as messages; see list_tasks.',
  schema: z.strictObject({
    to: z.union([z.string(), z.array(z.string()).min(1).max(MAX_CANDIDATES)]),
    title: textArgument.describe('one line'),
    text: textArgument.describe('all that the other needs to know'),
    priority: z.enum(PRIORITIES).optional(),
  }),
  handle: async ({ to, ...what }, { office, session, requestId, stamp }) => {
    const names = typeof to === 'string' ? [to] : to;
    const { id, sent } = await delegate(
      office,
      { session, requestId, stamp },
      { ...what, to: names },
    );
    return { text: [`Submitted as ${id}:`, ...sent.map((line) => `- ${line}`)].join('\n') };
  },
});

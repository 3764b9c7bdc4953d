import { z } from 'zod';
import { MESSAGE_TYPES, PRIORITIES } from '../../../protocol/envelope.js';
import { dispatch, stateSentence } from '../../dispatch.js';
import { defineTool, textArgument } from './tool.js';

export const send = defineTool({
  name: 'send',
  description:
    'Send a message to another agent. It is kept until the agent takes it, also when that agent is away. The result says where it is now and its msg_id.',
  schema: z.strictObject({
    to: z.string().describe('agent name, as in list_agents'),
    text: textArgument.describe('what the other needs to know: it cannot see your conversation'),
    type: z.enum(MESSAGE_TYPES).optional().describe('default message; task: you want a result'),
    priority: z.enum(PRIORITIES).optional(),
  }),
  alwaysLoad: true,
  handle: async (args, { office, session, requestId, stamp }) => {
    const receipt = await dispatch(office, { session, requestId, stamp }, args);
    const renamed =
      receipt.formerly === undefined ? '' : ` (${receipt.formerly} is called ${receipt.to} now)`;
    const { task } = receipt.recorded ?? {};
    const about = task === undefined ? '' : ` It is ${task.id}.`;
    return { text: `Accepted ${receipt.id}${renamed}: ${stateSentence(office, receipt)}.${about}` };
  },
});

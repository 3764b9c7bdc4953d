import { z } from 'zod';
import type { Message } from '../../../protocol/envelope.js';
import { isMessageId } from '../../../protocol/ids.js';
import { namedAgent } from '../../../mail/recipient.js';
import { MAX_WAIT_S, waitForMessages } from '../wait.js';
import { defineTool } from './tool.js';

export const waitForMessage = defineTool({
  name: 'wait_for_message',
  description:
    'Block until a message comes, and return it. For when you can do nothing else meanwhile; messages also come while you work.',
  schema: z.strictObject({
    timeout_s: z.number().min(0).max(MAX_WAIT_S).describe('seconds'),
    from: z.string().optional().describe('only from this agent'),
    reply_to: z
      .string()
      .refine(isMessageId, 'is not a message id')
      .optional()
      .describe('only an answer to this msg_id'),
  }),
  handle: async ({ timeout_s: seconds, from, reply_to: replyTo }, call) => {
    const { office, session } = call;
    office.register(session);
    const sender = from === undefined ? undefined : namedAgent(office, from);
    const matches = (message: Message): boolean =>
      (sender === undefined || [from, sender].includes(message.from)) &&
      (replyTo === undefined || message.replyTo === replyTo);
    const messages = await waitForMessages(call, seconds, { waiting: matches, pushed: matches });
    if (messages.length > 0) return { text: '', messages };
    const whom = from === undefined ? '' : ` from ${from}`;
    const what = replyTo === undefined ? 'message' : `answer to ${replyTo}`;
    return { text: `No ${what}${whom} came within ${seconds} s.` };
  },
});

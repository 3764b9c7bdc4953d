import { z } from 'zod';
import { PRIORITIES } from '../../../protocol/envelope.js';
import { reportMessage } from '../../../mail/message-report.js';
import { sentenceFor } from '../../kept-back.js';
import { dispatch } from '../../dispatch.js';
import { MAX_WAIT_S, waitForMessages } from '../wait.js';
import { defineTool, textArgument } from './tool.js';

export const ask = defineTool({
  name: 'ask',
  description:
    'Send a message and block until the answer to it comes. Use send when you can go on without the answer.',
  schema: z.strictObject({
    to: z.string().describe('agent name, as in list_agents'),
    text: textArgument,
    timeout_s: z.number().min(0).max(MAX_WAIT_S).describe('seconds'),
    priority: z.enum(PRIORITIES).optional(),
  }),
  handle: async ({ to, text, timeout_s: seconds, priority }, call) => {
    const { office, session, requestId, stamp } = call;
    const receipt = await dispatch(
      office,
      { session, requestId, stamp },
      { to, text, priority, awaited: true },
    );
    // Two that ask each other would wait for each other: a question of theirs ends the waiting too.
    const messages = await waitForMessages(call, seconds, {
      waiting: ({ from, replyTo }) => replyTo === receipt.id || from === receipt.to,
      pushed: ({ replyTo }) => replyTo === receipt.id,
    });
    const mailbox = session.agent?.mailbox;
    let later: string;
    try {
      const answered = messages.some((entry) => mailbox?.read(entry)?.replyTo === receipt.id);
      if (answered) return { text: '', messages };
      const state = sentenceFor(office, reportMessage(office.root, receipt.id));
      later = `${state} An answer would come as a message.`;
    } catch (error) {
      for (const entry of messages) entry.taken = false; // nobody else would show them
      throw error;
    }
    if (messages.length > 0) {
      return {
        text: `${receipt.to} has not answered yet but has written to you; answer that first, it may be waiting for you. ${later}`,
        messages,
      };
    }
    return { text: `No answer within ${seconds} s. ${later}` };
  },
});

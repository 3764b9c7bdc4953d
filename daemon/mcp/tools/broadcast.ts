import { z } from 'zod';
import { PRIORITIES } from '../../../protocol/envelope.js';
import { sentenceOf } from '../../../protocol/errors.js';
import { onlineNames } from '../../directory.js';
import { dispatch, stateSentence } from '../../dispatch.js';
import { defineTool, textArgument } from './tool.js';

export const broadcast = defineTool({
  name: 'broadcast',
  description: 'Send one message to every agent that is online.',
  schema: z.strictObject({
    text: textArgument,
    priority: z.enum(PRIORITIES).optional(),
  }),
  handle: async (args, { office, session, requestId, stamp }) => {
    const self = office.register(session);
    const names = onlineNames(office, self);
    if (names.length === 0) return { text: 'Nobody else is online: nothing was sent.' };
    // Each recipient on its own: one full inbox must not keep the news from the others.
    const lines = await Promise.all(
      names.map(async (to) => {
        try {
          const receipt = await dispatch(office, { session, requestId, stamp }, { ...args, to });
          return `- ${receipt.id}: ${stateSentence(office, receipt)}`;
        } catch (error) {
          return `- ${to}: not sent. ${sentenceOf(error)}`;
        }
      }),
    );
    const failed = lines.filter((line) => line.includes(': not sent. ')).length;
    return {
      text: [`Accepted for ${names.length - failed} of ${names.length} agents:`, ...lines].join(
        '\n',
      ),
    };
  },
});

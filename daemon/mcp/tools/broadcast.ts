import { z } from 'zod';
import { PRIORITIES } from '../../../protocol/envelope.js';
import { reportOf, sentenceOf } from '../../../protocol/errors.js';
import { listedNames } from '../../../mail/directory.js';
import { onlineNames } from '../../directory.js';
import { audienceOf } from '../../../mail/audience.js';
import { dispatch, stateSentence } from '../../dispatch.js';
import { plural } from '../../lanes/digest.js';
import { reachedBefore } from '../../reached-before.js';
import { defineTool, textArgument } from './tool.js';

export const broadcast = defineTool({
  name: 'broadcast',
  description: 'Send one message to every agent that is online. No reply is expected.',
  schema: z.strictObject({
    text: textArgument,
    priority: z.enum(PRIORITIES).optional(),
    include_away: z.boolean().optional().describe('also to all that were here before'),
  }),
  handle: async ({ include_away: all = false, ...args }, { office, session, requestId, stamp }) => {
    const self = office.register(session);
    const origin = { session, requestId, stamp };
    const reached = reachedBefore(office, origin);
    const online = [...new Set([...onlineNames(office, self), ...reached.keys()])].sort();
    const { names, away } = audienceOf(self, online, listedNames(office), all);
    const leftOut =
      away === 0
        ? ''
        : `${plural(away, 'agent')} that ${away === 1 ? 'is' : 'are'} away left out. To reach them as well, call broadcast with include_away: true.`;
    if (names.length === 0) {
      const nobody = all ? 'No other agent has been here yet' : 'Nobody else is online';
      return { text: `${nobody}: nothing was sent. ${leftOut}`.trim() };
    }
    // Each recipient on its own: one full inbox must not keep the news from the others.
    const tried = await Promise.all(
      names.map(async (to) => {
        try {
          const letter = { ...args, to: reached.get(to) ?? to, broadcast: true };
          const receipt = await dispatch(office, origin, letter);
          return `- ${receipt.id}: ${stateSentence(office, receipt)}`;
        } catch (error) {
          if (reportOf(error).code === 'E_BLOCKED') return undefined;
          return `- ${to}: not sent. ${sentenceOf(error)}`;
        }
      }),
    );
    const lines = tried.filter((line) => line !== undefined);
    const failed = lines.filter((line) => line.includes(': not sent. ')).length;
    const accepted = `Accepted for ${lines.length - failed} of ${lines.length} agents:`;
    const passedOver = names.length - lines.length;
    const blocked =
      passedOver === 0
        ? ''
        : `${plural(passedOver, 'agent')} passed over, by trust.json of the user: no messages from you are wanted there.`;
    return { text: [accepted, ...lines, blocked, leftOut].filter(Boolean).join('\n') };
  },
});

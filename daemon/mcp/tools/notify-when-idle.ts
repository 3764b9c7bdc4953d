import { z } from 'zod';
import { Cc2ccError } from '../../../protocol/errors.js';
import type { Asked } from '../../idle-notices.js';
import { WATCH_HOURS } from '../../idle-watches.js';
import { knownAgent } from '../../../mail/recipient.js';
import { defineTool } from './tool.js';

export const notifyWhenIdle = defineTool({
  name: 'notify_when_idle',
  description:
    'Get one status message when another agent ends its turn or leaves, instead of asking it again and again.',
  schema: z.strictObject({ agent: z.string().describe('agent name, as in list_agents') }),
  handle: ({ agent: wanted }, { office, session }) => {
    const self = office.register(session);
    const agent = knownAgent(office, self, wanted);
    if (agent === self) {
      throw new Cc2ccError('E_NAME', `You are ${self}: you are busy, or you would not ask.`);
    }
    return { text: SENTENCES[office.idle.ask(self, agent)](agent) };
  },
});

const SENTENCES: Readonly<Record<Asked, (agent: string) => string>> = {
  idle: (agent) => `${agent} is idle now: there is nothing to wait for.`,
  away: (agent) => `${agent} is away: there is nothing to wait for. Messages to ${agent} wait.`,
  busy: (agent) =>
    `${agent} is busy. You get one status message when it becomes idle or leaves, or in ${WATCH_HOURS} hours if it does neither.`,
  unknown: (agent) =>
    `Nothing tells whether ${agent} works at this moment: its client has reported no turns. You get one status message when it leaves, or in ${WATCH_HOURS} hours if it does not. Should its client begin to report, also when it becomes idle.`,
};

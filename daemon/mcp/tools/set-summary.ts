import { z } from 'zod';
import { beat, introduce } from '../../identity.js';
import { summaryOf } from '../../summary.js';
import { defineTool } from './tool.js';

export const setSummary = defineTool({
  name: 'set_summary',
  description:
    'Say in one line what you are doing; others see it in list_agents. Empty text clears it.',
  schema: z.strictObject({ text: z.string().describe('at most 200 characters are kept') }),
  handle: ({ text }, { office, session }) => {
    office.register(session);
    session.summary = summaryOf(text);
    beat(office, session, 'summary changed');
    introduce(office, session); // the card keeps it for the next daemon and for a resumed session
    if (session.summary === undefined) return { text: 'You have no summary now.' };
    return { text: `Others see of you: ${session.summary}` };
  },
});

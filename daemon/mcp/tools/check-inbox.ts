import { z } from 'zod';
import { defineTool } from './tool.js';

export const checkInbox = defineTool({
  name: 'check_inbox',
  description: 'Read the messages that wait for you.',
  schema: z.strictObject({}),
  alwaysLoad: true,
  handle: async (_args, { office, session }) => {
    office.register(session);
    office.evidence.collect(session);
    office.legacy.fetch([session]);
    await office.inboxes.lookFor(session); // the directory is the truth, whatever rang or did not ring
    return { text: '', inbox: true };
  },
});

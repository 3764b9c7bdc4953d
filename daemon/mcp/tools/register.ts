import { z } from 'zod';
import { NAME_RULE } from '../../../protocol/names.js';
import { renameAgent } from '../../rename.js';
import { defineTool } from './tool.js';

export const register = defineTool({
  name: 'register',
  description:
    'Take another agent name, such as your role. Waiting mail moves along, and mail for the old name follows.',
  schema: z.strictObject({ name: z.string().describe(NAME_RULE) }),
  handle: async ({ name }, { office, session }) => {
    const old = await renameAgent(office, session, name);
    if (old === name) return { text: `You are "${name}" already.` };
    await session.tellShim('cc2cc/attached', { name });
    office.presence.forget(old);
    office.announce(`${old} is now called ${name}`, { event: 'renamed', agent: name }, session);
    return { text: `You were "${old}" and are "${name}" now. Your mail has moved along.` };
  },
});

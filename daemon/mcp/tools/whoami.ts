import { z } from 'zod';
import { isName, NAME_RULE } from '../../../protocol/names.js';
import { onlineNames } from '../../directory.js';
import { sanitizeValue } from '../../lanes/sanitize.js';
import { defineTool } from './tool.js';

export const whoami = defineTool({
  name: 'whoami',
  description: 'Your own agent name, how messages reach you, and who else is online.',
  schema: z.strictObject({}),
  readOnly: true,
  handle: (_args, { office, session }) => {
    const name = office.register(session);
    const others = onlineNames(office, name);
    const wish = session.facts.wantedName;
    const lane =
      session.lane === 'channel'
        ? `channel (${session.proven ? 'proven' : 'not proven yet'})`
        : 'tool results: call check_inbox to see what waits';
    return {
      text: [
        `You are "${name}". Online: ${others.length === 0 ? 'nobody else' : others.join(', ')}.`,
        `Lane: ${lane}.`,
        ...(wish === undefined || isName(wish)
          ? []
          : [`The wished name "${sanitizeValue(wish)}" is not possible (${NAME_RULE}).`]),
        `Attached since ${session.since.toISOString()}, root ${office.root}.`,
      ].join('\n'),
    };
  },
});

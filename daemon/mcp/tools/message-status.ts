import { z } from 'zod';
import { Cc2ccError } from '../../../protocol/errors.js';
import { isMessageId } from '../../../protocol/ids.js';
import { reportMessage } from '../../../mail/message-report.js';
import { sentenceFor } from '../../kept-back.js';
import { currentName } from '../../../mail/directory.js';
import { defineTool } from './tool.js';

export const messageStatus = defineTool({
  name: 'message_status',
  description:
    'What became of a message that you sent: waiting, handed over, seen (and how that is known), expired or rejected.',
  schema: z.strictObject({ msg_id: z.string().describe('as send told you') }),
  readOnly: true,
  handle: ({ msg_id: id }, { office, session }) => {
    const self = office.register(session);
    const report = isMessageId(id) ? reportMessage(office.root, id) : undefined;
    // What others write to each other is their business.
    const isOurs =
      report !== undefined &&
      [report.from, report.to].some((name) => name !== null && currentName(office, name) === self);
    if (report === undefined || !isOurs) {
      throw new Cc2ccError(
        'E_UNKNOWN_MESSAGE',
        `You have neither sent nor got a message "${id.slice(0, 80)}".`,
        { hint: 'Use the msg_id that send answered with.' },
      );
    }
    return { text: sentenceFor(office, report) };
  },
});

import { z } from 'zod';
import type { Message } from '../../../protocol/envelope.js';
import { Cc2ccError } from '../../../protocol/errors.js';
import { isMessageId } from '../../../protocol/ids.js';
import { dispatch, stateSentence } from '../../dispatch.js';
import { findMail } from '../../../mail/find-mail.js';
import type { Office } from '../../office.js';
import type { Session } from '../../session.js';
import { tellOthers } from '../../tasks/update.js';
import { defineTool, textArgument } from './tool.js';

export const reply = defineTool({
  name: 'reply',
  description: 'Answer a message that you got. Answering a task sends its result.',
  schema: z.strictObject({
    msg_id: z.string().describe('of the message that you answer'),
    text: textArgument,
  }),
  alwaysLoad: true,
  handle: async ({ msg_id: id, text }, { office, session, requestId, stamp }) => {
    office.register(session);
    const answers = answeredMessage(office, session, id);
    const receipt = await dispatch(
      office,
      { session, requestId, stamp },
      {
        to: answers.from,
        text,
        priority: answers.priority,
        answers,
      },
    );
    // Only now: an answer that could not be sent may be tried again.
    await session.answered(id);
    await tellOthers(office, receipt);
    const { completed, remark } = receipt.recorded ?? {};
    const kind = completed === undefined ? 'Reply' : 'Result';
    const aside = remark === undefined ? '' : ` It is no result: ${remark}`;
    return {
      text: `${kind} accepted as ${receipt.id}: ${stateSentence(office, receipt)}.${aside}`,
    };
  },
});

/** A message in this session's mailbox, waiting or seen. */
function answeredMessage(office: Office, session: Session, id: string): Message {
  const mailbox = session.agent?.mailbox;
  if (mailbox !== undefined && isMessageId(id)) {
    const entry = mailbox.get(id);
    const waiting = entry === undefined ? undefined : mailbox.read(entry);
    const isHeld = mailbox.isUnapproved(id); // it has not been given this one
    if (waiting !== undefined && !isHeld) return waiting;
    const seen = findMail(office.root, session.agent?.name ?? '', id, office.gate.keys);
    if (seen !== undefined && !isHeld) return seen.message;
  }
  throw new Cc2ccError(
    'E_UNKNOWN_MESSAGE',
    `There is no message "${id.slice(0, 80)}" in your mailbox.`,
    {
      hint: 'Use the msg_id of a message that you got, or send with a name.',
    },
  );
}

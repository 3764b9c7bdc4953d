import { isMessageId } from '../protocol/ids.js';
import type { Office } from './office.js';
import { withdrawReceipt } from '../mail/receipts.js';
import type { Session } from './session.js';

/**
 * `cc2cc/dropped {ids}`: a tool result with these messages reached the shim when the client had
 * already cancelled the request, so nobody has seen them. They wait again.
 */
export function takeBack(office: Office, session: Session, ids: unknown): void {
  const mailbox = session.agent?.mailbox;
  if (mailbox === undefined || !Array.isArray(ids)) return;
  for (const id of ids.filter(isMessageId)) {
    try {
      const entry = mailbox.get(id);
      if (entry !== undefined) mailbox.markDropped(entry);
      else if (mailbox.unsettle(id)) withdrawReceipt(mailbox.paths, id);
    } catch (error) {
      office.log.error({ err: error, id }, 'cannot take a message back');
    }
  }
  office.inboxes.glance(session);
  session.offer();
}

import { createMessage, type Message } from '../protocol/envelope.js';
import { derivedMessageId } from '../protocol/ids.js';
import { currentName, isKnown, type Registry } from './directory.js';

/** What became of a message. */
export interface Outcome {
  /** One word for it: no message has two notices of one outcome. */
  what: 'expired' | 'rejected';
  /** When, epoch milliseconds; the same whoever tells it. */
  at: number;
  /** What the sender is told. */
  text: string;
}

/**
 * What the sender of a message is told of its end. The id follows from the message's, so whoever tells it,
 * and however often, writes one notice.
 *
 * @param name whose mailbox it waited in
 * @param ttl of the notice, seconds
 * @returns undefined where nobody is told
 */
export function noticeToSender(
  registry: Registry,
  name: string,
  message: Message,
  ttl: number,
  { what, at, text }: Outcome,
): Message | undefined {
  // A notice about a notice would never end, and a stranger's `from` must not create a mailbox.
  if (message.identity?.['mode'] === 'daemon') return undefined;
  const to = currentName(registry, message.from);
  if (to === name || !isKnown(registry, to)) return undefined;
  return createMessage({
    id: derivedMessageId([Math.max(0, Math.floor(at)), 0], what, message.id),
    from: name,
    to,
    text,
    type: 'status',
    replyTo: message.id,
    ttl,
    mode: 'daemon',
  });
}

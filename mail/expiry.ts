import { createMessage, expiresAt, type Message } from '../protocol/envelope.js';
import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import { derivedMessageId } from '../protocol/ids.js';
import { currentName, isKnown, type Registry } from './directory.js';

/**
 * What the sender of a message is told when it has expired. The id follows from the message's, so
 * whoever tells it, and however often, writes one notice.
 *
 * @param name whose mailbox it waited in
 * @param ttl of the notice, seconds
 * @returns undefined where nobody is told
 */
export function noticeOfExpiry(
  registry: Registry,
  name: string,
  message: Message,
  ttl: number,
): Message | undefined {
  // A notice about a notice would never end, and a stranger's `from` must not create a mailbox.
  if (message.identity?.['mode'] === 'daemon') return undefined;
  const to = currentName(registry, message.from);
  if (to === name || !isKnown(registry, to)) return undefined;
  const at = expiresAt(message);
  return createMessage({
    id: derivedMessageId([Math.max(0, Math.floor(at)), 0], 'expired', message.id),
    from: name,
    to,
    text: `Your message ${message.id} to ${name} expired without a sign that it was seen (ttl ${message.ttl} s).`,
    type: 'status',
    replyTo: message.id,
    ttl,
    mode: 'daemon',
  });
}

/**
 * Whether somebody else looks after a mailbox: an original server that lives, or the daemon of another
 * host to which the agent is attached. Only they know whether a message is being read at this moment.
 *
 * @param host whose daemon asks; undefined for one who is none
 */
export function isLeftToOwner(
  root: string,
  name: string,
  host: string | undefined,
  now = Date.now(),
): boolean {
  const heartbeat = readHeartbeat(root, name);
  if (heartbeat === undefined || !isFresh(heartbeat, now)) return false;
  return heartbeat.host === undefined || heartbeat.host !== host;
}

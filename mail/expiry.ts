import { expiresAt, type Message } from '../protocol/envelope.js';
import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import type { Registry } from './directory.js';
import { noticeToSender } from './notice.js';

/** What the sender of a message is told when it has expired, see {@link noticeToSender}. */
export function noticeOfExpiry(
  registry: Registry,
  name: string,
  message: Message,
  ttl: number,
): Message | undefined {
  return noticeToSender(registry, name, message, ttl, {
    what: 'expired',
    at: expiresAt(message),
    text: `Your message ${message.id} to ${name} expired without a sign that it was seen (ttl ${message.ttl} s).`,
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

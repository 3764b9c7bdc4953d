import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';

/**
 * Whether a server of the original cc2cc uses a name now: a live heartbeat that no daemon of ours
 * wrote. It reads its own mail, knows no leases, and tells senders itself what has expired; so nobody
 * else moves, expires, rejects or marks anything in its mailbox.
 */
export function isOriginals(root: string, name: string, now = Date.now()): boolean {
  const heartbeat = readHeartbeat(root, name);
  return heartbeat !== undefined && heartbeat.host === undefined && isFresh(heartbeat, now);
}

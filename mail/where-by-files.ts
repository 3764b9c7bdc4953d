import { COMMAND_LANE, isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import { hostId } from '../protocol/host-paths.js';

/** Where a message is that was written without a daemon, for its sender. */
export function whereByFiles(root: string, to: string): string {
  const heartbeat = readHeartbeat(root, to);
  if (heartbeat === undefined || !isFresh(heartbeat)) return `waiting: ${to} is away`;
  if (heartbeat.lane === COMMAND_LANE) return `waiting for ${to}, who reads it with cc2cc receive`;
  // An original server reads its inbox itself, and another host has a daemon of its own.
  if (heartbeat.host !== hostId()) return `waiting for ${to}, who is attached elsewhere`;
  return `waiting for ${to}, whose session will find it when its daemon is back`;
}

import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';

/** Where a message is that was written without a daemon, for its sender. */
export function whereByFiles(root: string, to: string): string {
  const heartbeat = readHeartbeat(root, to);
  if (heartbeat === undefined || !isFresh(heartbeat)) return `waiting: ${to} is away`;
  // An original server reads its inbox itself.
  if (heartbeat.host === undefined) return `waiting for ${to}, who is attached elsewhere`;
  return `waiting for ${to}, whose session will find it when its daemon is back`;
}

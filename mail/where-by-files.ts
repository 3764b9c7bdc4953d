import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';

/** Where a message is that was put into an inbox without a daemon. */
export function whereByFiles(root: string, to: string): string {
  const heartbeat = readHeartbeat(root, to);
  const online = heartbeat !== undefined && isFresh(heartbeat);
  return online
    ? `waiting for ${to}, whose session will find it when its daemon is back`
    : `waiting: ${to} is away`;
}

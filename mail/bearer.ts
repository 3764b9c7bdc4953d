import { COMMAND_LANE, isFresh, isReturning, readHeartbeat } from '../protocol/heartbeat.js';
import { isIsoTime } from '../protocol/iso-time.js';

/** A session that bears a name now. */
export interface Bearer {
  /** Epoch milliseconds of its first attach; -Infinity where nobody knows. */
  since: number;
  /** What its client calls the conversation, now or at its start. */
  sessionIds: readonly string[];
}

/** Tells which session bears a name; undefined where none does. */
export type BearerOf = (name: string) => Bearer | undefined;

/**
 * The session that bears a name, by its heartbeat: one of a daemon of ours, on whichever host. Who
 * reads by a command is no session, and an original server signs nothing.
 */
export function bearerByFiles(root: string, name: string, now = Date.now()): Bearer | undefined {
  const heartbeat = readHeartbeat(root, name);
  if (heartbeat?.host === undefined || heartbeat.lane === COMMAND_LANE) return undefined;
  // One whose daemon is just being replaced will be back in a moment.
  if (!isFresh(heartbeat, now) && !isReturning(heartbeat, heartbeat.host, now)) return undefined;
  const { since, session_id: id } = heartbeat;
  return {
    since: isIsoTime(since) ? Date.parse(since) : -Infinity,
    sessionIds: id === undefined ? [] : [id],
  };
}

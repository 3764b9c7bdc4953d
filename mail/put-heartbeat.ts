import writeFileAtomic from 'write-file-atomic';
import { errnoOf } from '../protocol/errors.js';
import { heartbeatPath, type Heartbeat } from '../protocol/heartbeat.js';
import { patiently } from '../protocol/patiently.js';

/** What a heartbeat says but for who and when. */
type Sign = Pick<
  Heartbeat,
  'session_id' | 'parent_pid' | 'status' | 'context' | 'host' | 'cwd' | 'lane' | 'summary'
>;

/** Writes the heartbeat of an agent as of now. */
export function putHeartbeatNow(root: string, name: string, sign: Sign): void {
  const now = new Date().toISOString();
  putHeartbeat(root, { agent: name, name, timestamp: now, heartbeat: now, ...sign });
}

/**
 * Replaces `status/<name>-heartbeat.json`. Without fsync: it is written again in seconds, and after a
 * power cut it is stale anyway.
 */
export function putHeartbeat(root: string, heartbeat: Heartbeat): void {
  const path = heartbeatPath(root, heartbeat.agent);
  try {
    const text = `${JSON.stringify(heartbeat, null, 2)}\n`;
    patiently(() => writeFileAtomic.sync(path, text, { mode: 0o600, fsync: false }));
  } catch (error) {
    // A root that was removed under a daemon is its rounds' business to notice and report.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

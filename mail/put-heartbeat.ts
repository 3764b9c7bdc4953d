import { errnoOf } from '../protocol/errors.js';
import { heartbeatPath, heartbeatText, type Heartbeat } from '../protocol/heartbeat.js';
import { secureFolder } from '../protocol/own-folder.js';
import { rootPaths } from '../protocol/paths.js';
import { replaceFile } from '../protocol/replace-file.js';

/** What a heartbeat says but for who and when. */
export type Sign = Pick<
  Heartbeat,
  'session_id' | 'parent_pid' | 'status' | 'context' | 'host' | 'cwd' | 'lane' | 'summary' | 'since'
>;

/** The heartbeat of an agent as of now. */
export function heartbeatNow(name: string, sign: Sign): Heartbeat {
  const now = new Date().toISOString();
  return { agent: name, name, timestamp: now, heartbeat: now, ...sign };
}

/**
 * Replaces `status/<name>-heartbeat.json`. Without fsync: it is written again in seconds, and after a
 * power cut it is stale anyway.
 */
export function putHeartbeat(root: string, heartbeat: Heartbeat): void {
  const path = heartbeatPath(root, heartbeat.agent);
  try {
    secureFolder(rootPaths(root).status);
    replaceFile(path, heartbeatText(heartbeat), { fsync: false });
  } catch (error) {
    // A root that was removed under a daemon is its rounds' business to notice and report.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

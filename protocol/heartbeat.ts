import { join } from 'node:path';
import { z } from 'zod';
import { checkBy } from './check-by.js';
import { lazily } from './lazily.js';
import { HEARTBEAT_STALE_MS } from './limits.js';
import { listFolder } from './list-folder.js';
import { NAME_PATTERN } from './names.js';
import { readOwnFile } from './own-file.js';
import { folderFault } from './own-folder.js';
import { rootPaths } from './paths.js';
import { pauseSync } from './pause-sync.js';

/** `status/<name>-heartbeat.json`: the original's fields, then ours. */
const heartbeatSchema = lazily(() => {
  /** The original writes a pid as a string, but as a number when it ends uncleanly. */
  const pid = z.union([z.string(), z.number().transform(String)]);
  return z.looseObject({
    agent: z.string().regex(NAME_PATTERN),
    name: z.string().regex(NAME_PATTERN).optional(),
    timestamp: z.string(),
    heartbeat: z.string().optional(),
    session_id: pid.optional(),
    parent_pid: pid.optional(),
    status: z.string(),
    context: z.string().optional(),
    host: z.string().optional(),
    cwd: z.string().optional(),
    lane: z.string().optional(),
    summary: z.string().optional(),
    /** Since when this session bears the name. */
    since: z.string().optional(),
  });
});

export type Heartbeat = z.infer<ReturnType<typeof heartbeatSchema>>;

/** As it lies in the file. */
export function heartbeatText(heartbeat: Heartbeat): string {
  return `${JSON.stringify(heartbeat, null, 2)}\n`;
}

const SUFFIX = '-heartbeat.json';

export function heartbeatPath(root: string, name: string): string {
  return join(rootPaths(root).status, name + SUFFIX);
}

/** One has some 500 bytes; a path of a folder may be long. */
const MAX_BYTES = 64 * 1024;

/** A file that was changed so lately may be one that is being written. */
const YOUNG_MS = 1_000;

/** Who is interrupted between emptying a file and filling it goes on after some milliseconds. */
const WAITS_MS = [1, 2, 5, 10, 20];

/**
 * Waits for who is writing the file at this moment: the original empties it first, and to call an agent
 * away that is there would mean that its mail and its name are anybody's.
 *
 * @returns undefined for a missing, torn, hostile or foreign file: a heartbeat is only a hint
 */
export function readHeartbeat(root: string, name: string): Heartbeat | undefined {
  try {
    if (folderFault(rootPaths(root).status) !== undefined) return undefined;
    for (const wait of [...WAITS_MS, 0]) {
      const file = readOwnFile(heartbeatPath(root, name), MAX_BYTES);
      if (file.kind !== 'bytes') return undefined;
      const value = parsed(file.bytes);
      if (value !== undefined) {
        const result = checkBy(heartbeatSchema(), value);
        return result.success ? result.data : undefined;
      }
      if (wait === 0 || Math.abs(Date.now() - file.stats.mtimeMs) > YOUNG_MS) break;
      pauseSync(wait);
    }
  } catch {
    // As one that is not there.
  }
  return undefined;
}

/** @returns undefined for what is no whole JSON */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Names that have a heartbeat file. */
export function heartbeatNames(root: string): string[] {
  return listFolder(rootPaths(root).status)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((name) => NAME_PATTERN.test(name));
}

/** `lane` of somebody who reads with `cc2cc receive --follow` and has no session. */
export const COMMAND_LANE = 'command';

/** Written when a daemon makes way for the next one. */
export const RESTARTING = 'daemon ended (restart)';

/**
 * Whether a session of this host that is not attached will be in a moment: its daemon has just been
 * replaced, or was killed.
 */
export function isReturning(
  heartbeat: Heartbeat | undefined,
  host: string,
  now = Date.now(),
): boolean {
  if (heartbeat?.host !== host || heartbeat.lane === COMMAND_LANE) return false;
  const young = now - Date.parse(heartbeat.timestamp) <= HEARTBEAT_STALE_MS;
  return young && (heartbeat.status === 'active' || heartbeat.context === RESTARTING);
}

/** Online for those who read files only: active, and not older than 15 s. */
export function isFresh(heartbeat: Heartbeat, now = Date.now()): boolean {
  return (
    heartbeat.status === 'active' && now - Date.parse(heartbeat.timestamp) <= HEARTBEAT_STALE_MS
  );
}

import { lstatSync } from 'node:fs';
import { putHeartbeat, putHeartbeatNow } from '../mail/put-heartbeat.js';
import {
  heartbeatNames,
  heartbeatPath,
  isFresh,
  readHeartbeat,
  type Heartbeat,
} from '../protocol/heartbeat.js';
import type { SessionFacts } from '../protocol/hello.js';

/** What a heartbeat says of one attached session. */
export interface Beat {
  name: string;
  facts: SessionFacts;
  sessionId: string | undefined;
  summary: string | undefined;
  lane: string;
  host: string;
}

/**
 * Writes `status/<name>-heartbeat.json`. Without fsync: it is written again in seconds, and after a
 * power cut it is stale anyway.
 *
 * @param status `active`, or `offline` when the agent has left
 */
export function writeHeartbeat(
  root: string,
  beat: Beat,
  status: 'active' | 'offline',
  context: string,
): void {
  putHeartbeatNow(root, beat.name, {
    session_id: beat.sessionId ?? String(beat.facts.pid),
    parent_pid: String(beat.facts.ppid),
    status,
    context,
    host: beat.host,
    cwd: beat.facts.projectDir ?? beat.facts.cwd,
    lane: beat.lane,
    ...(beat.summary === undefined ? {} : { summary: beat.summary }),
  });
}

/** The heartbeats of others, each parsed once per change: those of the long dead are many. */
export class OtherHeartbeats {
  #root: string;
  #host: string;
  #read = new Map<string, { mtimeMs: number; heartbeat: Heartbeat | undefined }>();

  constructor(root: string, host: string) {
    this.#root = root;
    this.#host = host;
  }

  /**
   * Marks agents of this host offline that a daemon before us left as active and that nobody has
   * brought to life again.
   *
   * @returns whether another host has live agents in this root: its deliveries raise no file events
   *   here
   */
  tend(isAttached: (name: string) => boolean): boolean {
    let shared = false;
    const now = new Map<string, { mtimeMs: number; heartbeat: Heartbeat | undefined }>();
    for (const name of heartbeatNames(this.#root)) {
      if (isAttached(name)) continue;
      const found = this.#look(name);
      if (found === undefined) continue;
      now.set(name, found);
      const { heartbeat } = found;
      // A copied file speaks of somebody else than its name does.
      if (heartbeat?.agent !== name || heartbeat.status !== 'active') continue;
      if (heartbeat.host === undefined) continue;
      if (isFresh(heartbeat)) shared ||= heartbeat.host !== this.#host;
      else if (heartbeat.host === this.#host) {
        putHeartbeat(this.#root, { ...heartbeat, status: 'offline', context: 'its daemon ended' });
      }
    }
    this.#read = now;
    return shared;
  }

  #look(name: string): { mtimeMs: number; heartbeat: Heartbeat | undefined } | undefined {
    const stats = lstatSync(heartbeatPath(this.#root, name), { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const before = this.#read.get(name);
    if (before?.mtimeMs === stats.mtimeMs) return before;
    return { mtimeMs: stats.mtimeMs, heartbeat: readHeartbeat(this.#root, name) };
  }
}

import { lstatSync } from 'node:fs';
import { putHeartbeat, type Sign } from '../mail/put-heartbeat.js';
import {
  heartbeatNames,
  heartbeatPath,
  isFresh,
  readHeartbeat,
  type Heartbeat,
} from '../protocol/heartbeat.js';
import { isIsoTime } from '../protocol/iso-time.js';
import type { SessionFacts } from '../protocol/hello.js';

/** What a heartbeat says of one attached session. */
export interface Beat {
  facts: SessionFacts;
  sessionId: string | undefined;
  summary: string | undefined;
  lane: string;
  host: string;
  /** Since when it bears the name. */
  since: Date;
}

/**
 * What the heartbeat of a session says.
 *
 * @param status `active`, or `offline` when the agent has left
 */
export function signOf(beat: Beat, status: 'active' | 'offline', context: string): Sign {
  return {
    session_id: beat.sessionId ?? String(beat.facts.pid),
    parent_pid: String(beat.facts.ppid),
    status,
    context,
    host: beat.host,
    cwd: beat.facts.projectDir ?? beat.facts.cwd,
    lane: beat.lane,
    since: beat.since.toISOString(),
    ...(beat.summary === undefined ? {} : { summary: beat.summary }),
  };
}

/** Since when the client of a session that attaches has borne its name, by what was written before. */
export function namedSince(root: string, host: string, name: string, facts: SessionFacts): Date {
  const { host: at, parent_pid: client, since } = readHeartbeat(root, name) ?? {};
  const isSame = at === host && client === String(facts.ppid);
  return isSame && isIsoTime(since) ? new Date(since) : new Date();
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

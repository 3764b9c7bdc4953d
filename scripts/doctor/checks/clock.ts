import { heartbeatNames, heartbeatPath, readHeartbeat } from '../../../protocol/heartbeat.js';
import { HEARTBEAT_STALE_MS } from '../../../protocol/limits.js';
import { byHand, ok, warn, type Check } from '../check.js';
import { lookAt } from '../look-at.js';
import { few } from '../words.js';

/** What heartbeats and signatures of time do not mind. */
const SLACK_MS = 5_000;

/** More than a person would read about. */
const MAX_NAMES = 2_000;

/**
 * Clocks of this host, of other hosts that share the root, and of whoever serves its files. Heartbeats
 * tell: each bears the time of its writer, and its file the time of the file system. Nothing is written.
 */
export const CLOCK_CHECK: Check = {
  id: 'clock',
  title: 'Clock',
  look: (scene) => {
    const root = scene.existingRoot();
    const now = Date.now();
    const wrong: string[] = [];
    for (const name of heartbeatNames(root).slice(0, MAX_NAMES)) {
      const heartbeat = readHeartbeat(root, name);
      const written = lookAt(heartbeatPath(root, name))?.stats.mtimeMs;
      // One that has ended may have been written by another, with the time of its last sign.
      if (heartbeat?.status !== 'active' || written === undefined) continue;
      const said = Date.parse(heartbeat.timestamp);
      const who = `${heartbeat.host ?? 'an original server'} (${name})`;
      if (said > now + SLACK_MS) {
        wrong.push(`${who} is ${inSeconds(said - now)} ahead of this clock`);
      } else if (written > now + SLACK_MS) {
        wrong.push(`the file system is ${inSeconds(written - now)} ahead of this clock (${name})`);
      } else if (isJustWritten(now, written) && written - said > SLACK_MS + HEARTBEAT_STALE_MS) {
        wrong.push(`${who} is ${inSeconds(written - said)} behind the file system`);
      }
    }
    if (wrong.length === 0) return ok(new Date(now).toISOString());
    return warn('clocks differ: who is online, and what has expired, is judged wrongly', {
      details: few(wrong),
      ...byHand('timedatectl status # on each host: let it be set by NTP'),
    });
  },
};

function isJustWritten(now: number, written: number): boolean {
  return now - written < HEARTBEAT_STALE_MS;
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

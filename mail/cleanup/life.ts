import { join } from 'node:path';
import { ownEntry } from '../own-file.js';
import { isFresh, heartbeatPath, readHeartbeat } from '../../protocol/heartbeat.js';
import { leaseHolder } from '../../protocol/lease.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { isRunning, type ProcessIdentity } from '../../protocol/process-identity.js';
import { isOver, type Scene } from './scene.js';

/** As much of the holder of a name as tells whether it lives. */
export interface Holder extends ProcessIdentity {
  host: string;
  since: string;
}

/** Whether an agent is attached nowhere, by all that can be known of it. */
export function isAway({ root, host, now, isAttached }: Scene, name: string): boolean {
  if (isAttached(name)) return false;
  const heartbeat = readHeartbeat(root, name);
  if (heartbeat !== undefined && isFresh(heartbeat, now)) return false;
  const holder = holderOf(root, name);
  return holder === undefined || holder.host !== host || !isRunning(holder);
}

/**
 * Whether nothing has been heard of a name for as long as things are kept: no heartbeat, no card, no
 * lease and no mail in all that time.
 */
export function isLongGone(scene: Scene, name: string): boolean {
  return isAway(scene, name) && isOver(scene, lastSign(scene, name));
}

/** Epoch milliseconds of the last sign of life. What lies ahead of us counts, and so lasts longer. */
function lastSign({ root }: Scene, name: string): number {
  const heartbeat = readHeartbeat(root, name);
  const holder = holderOf(root, name);
  const { dir, inbox } = mailboxPaths(root, name);
  const times = [
    Date.parse(heartbeat?.timestamp ?? ''),
    ownEntry(heartbeatPath(root, name))?.mtimeMs,
    ownEntry(cardPathOf(root, name))?.mtimeMs,
    Date.parse(holder?.since ?? ''),
    ownEntry(leaseFolderOf(root, name))?.mtimeMs,
    // Of the mailbox, when mail came or went last. The other folders change when we tidy up in them.
    (ownEntry(inbox) ?? ownEntry(dir))?.mtimeMs,
  ];
  return Math.max(0, ...times.flatMap((time) => (Number.isFinite(time) ? (time ?? 0) : [])));
}

export function cardPathOf(root: string, name: string): string {
  return join(rootPaths(root).agents, `${name}.json`);
}

export function leaseFolderOf(root: string, name: string): string {
  return join(rootPaths(root).leases, name);
}

/** Who has the name by its lease; undefined for nobody. */
function holderOf(root: string, name: string): Holder | undefined {
  return leaseHolder<Holder>(leaseFolderOf(root, name));
}

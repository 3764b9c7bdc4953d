import { existsSync } from 'node:fs';
import type { AgentStatus } from '../protocol/control.js';
import { COMMAND_LANE, heartbeatNames, isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import { isIsoTime } from '../protocol/iso-time.js';
import { listFolder } from '../protocol/list-folder.js';
import { mailboxPaths } from '../protocol/paths.js';
import { cardNames, readCard } from './card.js';
import { mailboxFault } from './mailbox-folders.js';
import { mailboxNames } from './mailbox-names.js';
import { isOriginals } from './original.js';

/** Who is attached to whoever asks; a daemon knows, a command without one does not. */
export interface Registry {
  root: string;
  agentNames: () => string[];
  /** Anything but undefined for an agent that is attached. */
  agent: (name: string) => unknown;
}

/** What the files alone tell. */
export function registryOf(root: string): Registry {
  return { root, agentNames: () => [], agent: () => undefined };
}

/** Everybody who is or ever was here, sorted. */
export function knownNames(registry: Registry): string[] {
  const names = [
    ...registry.agentNames(),
    ...mailboxNames(registry.root),
    ...heartbeatNames(registry.root),
    ...cardNames(registry.root), // an original server clears away the other two
  ];
  return [...new Set(names)].sort();
}

/** As {@link knownNames}, without the former names of agents that were renamed. */
export function listedNames(registry: Registry): string[] {
  return knownNames(registry).filter((name) => currentName(registry, name) === name);
}

/** Whether mail for `name` has somewhere to wait: it is attached, or it has been here. */
export function isKnown(registry: Registry, name: string): boolean {
  if (registry.agent(name) !== undefined) return true;
  return (
    existsSync(mailboxPaths(registry.root, name).dir) ||
    readHeartbeat(registry.root, name) !== undefined ||
    readCard(registry.root, name) !== undefined
  );
}

/** The name under which `name` can be reached now: agents may have been renamed, also twice. */
export function currentName(registry: Registry, name: string): string {
  let current = name;
  // Bounded: cards are files, and files can point in a circle.
  for (let step = 0; step < 8 && registry.agent(current) === undefined; step += 1) {
    const next = readCard(registry.root, current)?.renamed_to;
    // Somebody else may bear the former name now.
    if (next === undefined || isOriginals(registry.root, current)) break;
    current = next;
  }
  return current;
}

/**
 * Message files in an inbox on disk; what begins with a dot is still being written. None in a mailbox
 * that cannot be used: who opens it is told why, and the status report says so.
 */
export function messageFiles(root: string, name: string): string[] {
  const paths = mailboxPaths(root, name);
  if (mailboxFault(paths) !== undefined) return [];
  const files = listFolder(paths.inbox);
  return files.filter((file) => file.endsWith('.json') && !file.startsWith('.'));
}

/**
 * What the files tell of an agent.
 *
 * @param host whose agents are known not to be attached; their fresh heartbeats are of sessions that
 *   have lost their daemon. Undefined where nobody knows
 */
export function describeByFiles(root: string, name: string, host?: string): AgentStatus {
  const heartbeat = readHeartbeat(root, name);
  const online =
    heartbeat !== undefined &&
    isFresh(heartbeat) &&
    (host === undefined || heartbeat.host !== host || heartbeat.lane === COMMAND_LANE);
  const at = isIsoTime(heartbeat?.timestamp) ? heartbeat.timestamp : null;
  return {
    name,
    status: online ? 'online' : 'offline',
    where: online ? 'elsewhere' : 'away',
    lane: online ? (heartbeat.lane ?? null) : null,
    confirmed: false,
    lastEvidence: null,
    deadLanes: [],
    summary: heartbeat?.summary ?? null,
    waiting: messageFiles(root, name).length,
    since: at,
    lastSeen: at,
    directory: heartbeat?.cwd ?? null,
    host: heartbeat?.host ?? null,
  };
}

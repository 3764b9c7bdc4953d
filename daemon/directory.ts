import { existsSync } from 'node:fs';
import type { AgentStatus } from '../protocol/control.js';
import { heartbeatNames, isFresh, isReturning, readHeartbeat } from '../protocol/heartbeat.js';
import { listFolder } from '../protocol/list-folder.js';
import { mailboxNames } from '../protocol/mailbox-names.js';
import { mailboxPaths } from '../protocol/paths.js';
import { readCard } from './card.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

/** Everybody who is or ever was here, sorted. */
export function knownNames(office: Office): string[] {
  const names = [
    ...office.agentNames(),
    ...mailboxNames(office.root),
    ...heartbeatNames(office.root),
  ];
  return [...new Set(names)].sort();
}

/** As {@link knownNames}, without the former names of agents that were renamed. */
export function listedNames(office: Office): string[] {
  return knownNames(office).filter((name) => currentName(office, name) === name);
}

/** Whether mail for `name` has somewhere to wait: it is attached, or it has been here. */
export function isKnown(office: Office, name: string): boolean {
  if (office.agent(name) !== undefined) return true;
  return (
    existsSync(mailboxPaths(office.root, name).dir) ||
    readHeartbeat(office.root, name) !== undefined
  );
}

/** The name under which `name` can be reached now: agents may have been renamed, also twice. */
export function currentName(office: Office, name: string): string {
  let current = name;
  // Bounded: cards are files, and files can point in a circle.
  for (let step = 0; step < 8 && office.agent(current) === undefined; step += 1) {
    const next = readCard(office.root, current)?.renamed_to;
    if (next === undefined) break;
    current = next;
  }
  return current;
}

/** What is known of an agent, attached here, attached elsewhere or away. */
export function describeAgent(office: Office, name: string): AgentStatus {
  const session = office.agent(name);
  if (session?.agent !== undefined) {
    office.evidence.refresh(session); // a turn that was broken off raises no hook
    return {
      name,
      status: statusOf(session),
      where: 'here',
      lane: session.lane,
      confirmed: session.lanes.isConfirmed(session.lane),
      lastEvidence: evidenceOf(session),
      deadLanes: session.lanes.dead,
      summary: session.summary ?? null,
      waiting: session.agent.mailbox.entries.size,
      since: session.since.toISOString(),
      lastSeen: new Date().toISOString(),
      directory: session.facts.projectDir ?? session.facts.cwd,
      host: office.host,
    };
  }
  const heartbeat = readHeartbeat(office.root, name);
  // A fresh one of this host is of a session that has lost its daemon and is not back yet.
  const online = heartbeat !== undefined && heartbeat.host !== office.host && isFresh(heartbeat);
  return {
    name,
    status: online ? 'online' : 'offline',
    where: online ? 'elsewhere' : 'away',
    lane: online ? (heartbeat.lane ?? null) : null,
    confirmed: false,
    lastEvidence: null,
    deadLanes: [],
    summary: heartbeat?.summary ?? null,
    waiting: messageFiles(office.root, name).length,
    since: heartbeat?.timestamp ?? null,
    lastSeen: heartbeat?.timestamp ?? null,
    directory: heartbeat?.cwd ?? null,
    host: heartbeat?.host ?? null,
  };
}

function statusOf({ activity, leaving }: Session): AgentStatus['status'] {
  if (leaving) return 'offline';
  return activity.state === 'unknown' ? 'online' : activity.state;
}

function evidenceOf({ lanes }: Session): AgentStatus['lastEvidence'] {
  const { lastEvidence } = lanes;
  return lastEvidence === undefined ? null : { ...lastEvidence, at: lastEvidence.at.toISOString() };
}

/** Message files in an inbox on disk; what begins with a dot is still being written. */
export function messageFiles(root: string, name: string): string[] {
  const files = listFolder(mailboxPaths(root, name).inbox);
  return files.filter((file) => file.endsWith('.json') && !file.startsWith('.'));
}

/** Whether an agent is attached here or elsewhere, or about to be again. */
export function isThere(office: Office, name: string): boolean {
  if (office.agent(name) !== undefined) return true;
  const heartbeat = readHeartbeat(office.root, name);
  return heartbeat !== undefined && (isFresh(heartbeat) || isReturning(heartbeat, office.host));
}

/** Agents that a broadcast reaches: online, here or elsewhere, without the sender. */
export function onlineNames(office: Office, except: string | undefined): string[] {
  const elsewhere = heartbeatNames(office.root).filter(
    (name) => office.agent(name) === undefined && isThere(office, name),
  );
  return [...office.agentNames(), ...elsewhere].filter((name) => name !== except).sort();
}

import { describeByFiles } from '../mail/directory.js';
import type { AgentStatus } from '../protocol/control.js';
import { heartbeatNames, isFresh, isReturning, readHeartbeat } from '../protocol/heartbeat.js';
import { describeLanes } from './lanes/describe.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

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
      lanes: describeLanes(session),
      pids: { shim: session.facts.pid, client: session.facts.ppid },
      summary: session.profile.summary ?? null,
      waiting: session.agent.mailbox.size,
      held: session.agent.mailbox.unapproved().length,
      since: session.since.toISOString(),
      lastSeen: new Date().toISOString(),
      directory: session.facts.projectDir ?? session.facts.cwd,
      host: office.host,
    };
  }
  return describeByFiles(office.root, name, office.host);
}

function statusOf({ activity, leaving }: Session): AgentStatus['status'] {
  if (leaving) return 'offline';
  return activity.state === 'unknown' ? 'online' : activity.state;
}

function evidenceOf({ lanes }: Session): AgentStatus['lastEvidence'] {
  const { lastEvidence } = lanes;
  return lastEvidence === undefined ? null : { ...lastEvidence, at: lastEvidence.at.toISOString() };
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

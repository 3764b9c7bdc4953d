import { writeCard } from '../mail/card.js';
import { isOriginals } from '../mail/original.js';
import { signOf } from './heartbeats.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

/**
 * Writes a session's heartbeat. One that cannot be written is logged: mail does not depend on it,
 * and the next round tries again.
 *
 * @param context why; the last reason unless told, since only times are written fast
 * @returns the error, if there was one
 */
export function beat(
  office: Office,
  session: Session,
  context = session.context,
  status: 'active' | 'offline' = 'active',
): unknown {
  const { agent, facts, sessionId, profile, lane, leaving } = session;
  if (agent === undefined) return undefined;
  if (status === 'active') session.context = context;
  const { root, host, heartbeats, log } = office;
  // Of two that use one name the other one is still there.
  if (status === 'offline' && isOriginals(root, agent.name)) return undefined;
  const { name, since } = agent;
  const beat = { facts, sessionId, summary: profile.summary, lane, host, since };
  try {
    heartbeats.put(name, signOf(beat, leaving ? 'offline' : status, context));
    return undefined;
  } catch (error) {
    log.error({ err: error, name: agent.name }, 'cannot write a heartbeat');
    return error;
  }
}

/** Writes a session's agent card, with the same tolerance. */
export function introduce(office: Office, session: Session): void {
  const { agent, facts, sessionId, profile, client, since } = session;
  const { summary, description, skills } = profile;
  if (agent === undefined) return;
  const { root, host, log } = office;
  for (const id of [facts.sessionId, sessionId]) {
    if (id !== undefined) office.names.remember(id, agent.name);
  }
  try {
    writeCard(root, {
      name: agent.name,
      ...(description === undefined ? {} : { description }),
      ...(client === undefined ? {} : { version: client.version }),
      ...(skills.length === 0 ? {} : { skills: skills.map((skill) => ({ ...skill })) }),
      host,
      cwd: facts.projectDir ?? facts.cwd,
      since: since.toISOString(),
      ...(sessionId === undefined ? {} : { session_id: sessionId }),
      ...(summary === undefined ? {} : { summary }),
      ...(client === undefined ? {} : { client }),
    });
  } catch (error) {
    log.error({ err: error, name: agent.name }, 'cannot write an agent card');
  }
}

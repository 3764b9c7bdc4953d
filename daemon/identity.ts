import { writeCard } from './card.js';
import { writeHeartbeat } from './heartbeats.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

/**
 * Writes a session's heartbeat. One that cannot be written is logged: mail does not depend on it,
 * and the next round tries again.
 *
 * @returns the error, if there was one
 */
export function beat(
  office: Office,
  { agent, facts, lane }: Session,
  context: string,
  status: 'active' | 'offline' = 'active',
): unknown {
  if (agent === undefined) return undefined;
  const { root, host, log } = office;
  try {
    writeHeartbeat(root, { name: agent.name, facts, lane, host }, status, context);
    return undefined;
  } catch (error) {
    log.error({ err: error, name: agent.name }, 'cannot write a heartbeat');
    return error;
  }
}

/** Writes a session's agent card, with the same tolerance. */
export function introduce(office: Office, { agent, facts, client, since }: Session): void {
  if (agent === undefined) return;
  const { root, host, log } = office;
  if (facts.sessionId !== undefined) office.names.remember(facts.sessionId, agent.name);
  try {
    writeCard(root, {
      name: agent.name,
      host,
      cwd: facts.projectDir ?? facts.cwd,
      since: since.toISOString(),
      ...(facts.sessionId === undefined ? {} : { session_id: facts.sessionId }),
      ...(client === undefined ? {} : { client }),
    });
  } catch (error) {
    log.error({ err: error, name: agent.name }, 'cannot write an agent card');
  }
}

import { callDaemon, type HookEvent } from '../../protocol/control.js';
import type { Sandbox } from './sandbox.js';

/**
 * What the client's hooks tell of a session. By its id alone: the tests' own process is the parent of
 * all shims that they start.
 */
export async function reportHook(
  sandbox: Sandbox,
  { sessionId }: { sessionId: string },
  event: HookEvent,
): Promise<void> {
  await callDaemon(sandbox.hostPaths(), 'hook', { event, sessionId });
}

/** A turn begins. */
export function beginTurn(sandbox: Sandbox, agent: { sessionId: string }): Promise<void> {
  return reportHook(sandbox, agent, 'user-prompt-submit');
}

/** A turn ends; the session is idle, unless the hook brings it something. */
export function endTurn(sandbox: Sandbox, agent: { sessionId: string }): Promise<void> {
  return reportHook(sandbox, agent, 'stop');
}

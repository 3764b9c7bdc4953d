import type { SessionFacts } from '../protocol/hello.js';

/**
 * A health check of the client (`mcp list`) starts the server like a session does, but without an
 * inbox of its own, and ends at once. `claude -p` has one and ends soon too: an agent with a random
 * name, whose mailbox nobody would read again, unless it was given a name to be reached by. Both
 * become agents with their first tool call.
 */
export function isLookingAround(facts: SessionFacts): boolean {
  const { entrypoint, messaging, wantedName, reattach } = facts;
  if (entrypoint !== 'sdk-cli' || reattach?.name !== undefined) return false;
  return !messaging || wantedName === undefined;
}

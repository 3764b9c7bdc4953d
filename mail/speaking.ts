import { Cc2ccError } from '../protocol/errors.js';
import type { Bearer } from './bearer.js';

/**
 * Makes sure that a command does not speak as a session that is attached, unless it was started in the
 * shell of that very session.
 *
 * @param bearer the session that bears the name
 * @param sessionId the conversation in whose shell the command runs
 * @throws Cc2ccError E_NAME
 */
export function assertMaySpeak(
  name: string,
  bearer: Bearer | undefined,
  sessionId: string | undefined,
): void {
  if (bearer === undefined) return;
  if (sessionId !== undefined && bearer.sessionIds.includes(sessionId)) return;
  throw new Cc2ccError('E_NAME', `${name} is attached: only its own session speaks as ${name}.`, {
    hint: 'Say another name with --from, or run the command in the shell of that session.',
  });
}

import { Cc2ccError } from '../../protocol/errors.js';

/**
 * Makes sure that a person decides. A speed bump and no wall: all processes of a user are equal, and a
 * model that means to can take the variable away.
 *
 * @throws Cc2ccError E_REFUSED within a session of Claude Code
 */
export function assertPerson(what: string, env = process.env): void {
  if (!env['CLAUDECODE']) return;
  throw new Cc2ccError('E_REFUSED', `${what} is for a person: not within a Claude Code session.`, {
    hint: 'Ask your user to run it in a terminal of their own.',
  });
}

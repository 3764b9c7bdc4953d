import type { Session } from '../session.js';
import { plural } from './digest.js';

/**
 * How many messages wait until the user approves them. The model is told their number and nothing that
 * a sender wrote, and has no tool for it: else a message could ask to be approved.
 *
 * @returns undefined where none waits
 */
export function heldLine({ agent }: Session): string | undefined {
  const count = agent?.mailbox.unapproved().length ?? 0;
  if (count === 0) return undefined;
  return `${plural(count, 'message')} of senders that your user has not approved ${count === 1 ? 'waits' : 'wait'} (cc2cc inbox, which is for your user).`;
}

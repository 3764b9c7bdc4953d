import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';
import type { End } from './ended.js';

/** The sender of what has expired is told, once. */
export function checkTold({ ending, bySend }: Ledger, ends: readonly End[]): Violation[] {
  const notices = new Map<string, number>();
  for (const { message } of ends) {
    if (message.isMade !== true || message.replyTo === undefined) continue;
    notices.set(message.replyTo, (notices.get(message.replyTo) ?? 0) + 1);
  }
  const owners = new Set(ending.mailboxes.map(({ owner }) => owner));
  return ends.flatMap(({ message, state, box }): Violation[] => {
    const { id, from = '', isMade } = message;
    if (state !== 'expired' || isMade === true || !bySend.has(id)) return [];
    const count = notices.get(id) ?? 0;
    // A stranger's name must not make a mailbox, and nobody is told of what he sent himself.
    const isTold = owners.has(from) && from !== box.owner;
    if (isTold ? count === 1 : count <= 1) return [];
    const detail = `expired in ${box.owner}'s mailbox, and ${from} was told ${count} times`;
    return [{ invariant: 'told', about: id, detail }];
  });
}

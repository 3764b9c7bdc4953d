import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';

/** Nothing half-written is left but where something was killed. */
export function checkTidy({ history, ending }: Ledger): Violation[] {
  if (history.of('killed').length > 0) return [];
  return ending.mailboxes.flatMap(({ owner, staged }) =>
    staged.map((file) => ({
      invariant: 'tidy',
      about: `to-${owner}/tmp/${file}`,
      detail: 'is left though nothing was killed',
    })),
  );
}

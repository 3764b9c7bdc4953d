import { readCard, shownCard } from '../mail/card.js';
import type { Profile } from '../mail/profile.js';
import type { SessionFacts } from '../protocol/hello.js';

/**
 * What a session that attaches again said of itself before: the same process after its daemon was
 * replaced, or a conversation that is resumed. Another session that takes the name begins without.
 */
export function formerProfile(
  root: string,
  name: string,
  { reattach, sessionId }: SessionFacts,
): Profile | undefined {
  const card = readCard(root, name);
  const isSame =
    name === reattach?.name || (sessionId !== undefined && card?.session_id === sessionId);
  return card !== undefined && isSame ? shownCard(card) : undefined;
}

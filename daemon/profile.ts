import { shownCard, type Card } from '../mail/card.js';
import type { Profile } from '../mail/profile.js';
import type { SessionFacts } from '../protocol/hello.js';

/**
 * What a session that attaches again said of itself before: the same process after its daemon was
 * replaced, or a conversation that is resumed. Another session that takes the name begins without.
 */
export function formerProfile(
  name: string,
  card: Card | undefined,
  { reattach, sessionId }: SessionFacts,
): Profile | undefined {
  if (card === undefined) return undefined;
  const isSame =
    name === reattach?.name || (sessionId !== undefined && card.session_id === sessionId);
  return isSame ? shownCard(card) : undefined;
}

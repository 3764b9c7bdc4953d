import type { SessionFacts } from '../protocol/hello.js';
import { readCard } from '../mail/card.js';
import { sanitizeValue } from '../protocol/sanitize.js';

/** What an agent says that it is doing, fit for a line in a list; undefined when nothing is left. */
export function summaryOf(text: string): string | undefined {
  // Once more afterwards: what is taken away or replaced may stand between blanks.
  const line = oneLine(sanitizeValue(oneLine(text)));
  // The cut may have gone through a character outside of the basic plane.
  const whole = line.replace(/[\ud800-\udbff]$/, '').trim();
  return whole === '' ? undefined : whole;
}

/**
 * What a session that attaches again said before: the same process after its daemon was replaced, or
 * a conversation that is resumed. Another session that takes the name begins without.
 */
export function formerSummary(
  root: string,
  name: string,
  { reattach, sessionId }: SessionFacts,
): string | undefined {
  const card = readCard(root, name);
  const isSame =
    name === reattach?.name || (sessionId !== undefined && card?.session_id === sessionId);
  return isSame ? summaryOf(card?.summary ?? '') : undefined;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

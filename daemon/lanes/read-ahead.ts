import type { Entry } from '../entry.js';
import type { Mailbox } from '../mailbox.js';
import type { Session } from '../session.js';
import type { Offered } from './digest.js';

/** Content read ahead for one offer: four full digests and a little. */
const OFFER_BYTES = 80 * 1024;

/** Reads entries until they are more than one offer can take. */
export function readAhead(
  session: Session,
  mailbox: Mailbox,
  entries: readonly Entry[],
): Offered[] {
  const items: Offered[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (bytes > OFFER_BYTES) break;
    const message = mailbox.read(entry);
    if (message === undefined) continue;
    bytes += Buffer.byteLength(message.content.text) + 200;
    const { signature, repeated } = entry;
    const instructions = session.instructionsFor(entry.subject);
    items.push({ message, signature, repeated, instructions });
  }
  return items;
}

/** The entries of these messages that are still there. */
export function entriesOf(ids: readonly string[], mailbox: Mailbox): Entry[] {
  return ids.flatMap((id) => mailbox.entries.get(id) ?? []);
}

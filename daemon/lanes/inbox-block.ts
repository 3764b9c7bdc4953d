import type { LaneName } from '../../mail/delivery.js';
import type { Entry } from '../entry.js';
import type { Mailbox } from '../mailbox.js';
import type { Session } from '../session.js';
import { DigestRoom } from './digest-room.js';
import { countOf, digestOf, type Offered } from './digest.js';

/** Bytes of messages in a check_inbox result: well inside what a client takes as one tool result. */
export const INBOX_BYTES = 48 * 1024;

/** Bytes of messages that ride on the result of another tool. */
export const RIDING_BYTES = 16 * 1024;

/** What to take. */
export interface Wanted {
  lane: Extract<LaneName, 'tool' | 'hook'>;
  /** Bytes of messages; the first one comes whatever its size, unless `strict`. */
  bytes: number;
  strict?: boolean;
  /** Also what was pushed without a sign that it was seen. */
  unconfirmed?: boolean;
  /** It makes the session go on that would end its turn, or begins one: only what may wake it. */
  waking?: boolean;
  /** Entries that were set aside for this; they come first. */
  reserved?: readonly Entry[];
}

/** Messages that leave with a tool result or as a hook's context. */
export interface InboxBlock {
  text: string;
  ids: string[];
  /** Whether the text has left; only then the messages are seen. */
  finish: (outcome: 'seen' | 'not sent' | 'unknown') => void;
}

/** Takes messages in queue order and in full, for a text that the model is certain to be given. */
export function takeInbox(
  session: Session,
  { lane, bytes, strict = false, unconfirmed = false, waking = false, reserved = [] }: Wanted,
): InboxBlock | undefined {
  const mailbox = session.agent?.mailbox;
  if (mailbox === undefined) return undefined;
  // Nothing that merely rides along may overtake what is being written at this moment.
  const rides = !unconfirmed && reserved.length === 0;
  if (rides && isWriting(mailbox)) return undefined;
  const waiting = unconfirmed
    ? [...mailbox.unconfirmed(), ...mailbox.waiting()] // who asks for all gets what is muted, too
    : mailbox
        .waiting()
        .filter((entry) => (waking ? session.mayWake(entry) : session.mayRide(entry)));
  const entries = [...reserved, ...waiting.filter(({ taken }) => !taken)];
  for (const entry of reserved) entry.taken = false;
  const items: Offered[] = [];
  const taken: Entry[] = [];
  const room = new DigestRoom(bytes);
  for (const entry of entries) {
    const message = mailbox.read(entry);
    if (message === undefined) continue;
    const repeated = entry.state.name === 'pushed' || entry.repeated;
    const { signature } = entry;
    const instructions = session.instructionsFor(entry.subject);
    const item = { message, signature, repeated, instructions };
    if (!room.take(item) && (strict || taken.length > 0)) break;
    items.push(item);
    taken.push(entry);
  }
  const { unread } = mailbox;
  const left = entries.length - taken.length + unread;
  if (taken.length === 0) return undefined;
  for (const entry of taken) {
    entry.taken = true;
    // Noted before it leaves: if we die, nobody else knows that a hook may have shown it.
    if (lane === 'hook') mailbox.markPushed(entry, lane);
  }
  const again = unconfirmed ? ' again' : '';
  const more =
    left === 0
      ? ''
      : `\n\n${countOf(left, unread, 'more message')} ${left === 1 ? 'waits' : 'wait'}: call check_inbox${again}.`;
  return {
    text: digestOf(items) + more,
    ids: taken.map(({ id }) => id),
    finish: (outcome) => {
      for (const entry of taken) {
        entry.taken = false;
        if (outcome === 'not sent') continue;
        if (lane === 'tool') mailbox.markPushed(entry, lane);
        if (outcome === 'unknown') mailbox.markOverdue(entry);
        else session.seen([entry.id], lane === 'tool' ? 'tool result' : 'hook');
      }
    },
  };
}

/** Whether a text is on its way to the session's socket. */
function isWriting(mailbox: Mailbox): boolean {
  for (const { taken, state } of mailbox.handedOver()) {
    if (taken && state.name === 'pushed' && state.lane === 'socket') return true;
  }
  return false;
}

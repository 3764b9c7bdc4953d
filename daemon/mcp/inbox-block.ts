import { digestPart, plural, type Offered } from '../lanes/digest.js';
import type { Entry } from '../entry.js';
import type { Session } from '../session.js';

/** Bytes of messages in a check_inbox result: well inside what a client takes as one tool result. */
const INBOX_BYTES = 48 * 1024;

/** Bytes of messages that ride on the result of another tool. */
const RIDING_BYTES = 16 * 1024;

/** Messages that leave with a tool result. */
export interface InboxBlock {
  text: string;
  ids: string[];
  /** Whether the result has left; only then the messages are seen. */
  finish: (sent: boolean) => void;
}

/**
 * Takes messages for a tool result, in queue order and in full; at least one, whatever its size.
 *
 * @param asked for check_inbox: also what was pushed without a sign that it was seen
 */
export function takeInbox(session: Session, asked: boolean): InboxBlock | undefined {
  const mailbox = session.agent?.mailbox;
  if (mailbox === undefined) return undefined;
  const repeated = asked ? mailbox.unconfirmed() : [];
  const entries = [...repeated, ...mailbox.waiting()].filter(({ taken }) => !taken);
  const limit = asked ? INBOX_BYTES : RIDING_BYTES;
  const parts: string[] = [];
  const taken: Entry[] = [];
  let room = limit;
  for (const entry of entries) {
    const message = mailbox.read(entry);
    if (message === undefined) continue;
    const item: Offered = { message, repeated: entry.offered || entry.repeated };
    const part = digestPart(item);
    room -= Buffer.byteLength(part) + 2;
    if (room < 0 && taken.length > 0) break;
    parts.push(part);
    taken.push(entry);
  }
  if (taken.length === 0) return undefined;
  for (const entry of taken) entry.taken = true;
  const left = entries.length - taken.length;
  const more = left > 0 ? [`${plural(left, 'more message')} wait: call check_inbox again.`] : [];
  const head = `${plural(taken.length, 'message')} for you, oldest first. To answer one, call reply with its msg_id, which stands in brackets.`;
  return {
    text: [head, ...parts, ...more].join('\n\n'),
    ids: taken.map(({ id }) => id),
    finish: (sent) => {
      for (const entry of taken) {
        entry.taken = false;
        if (!sent) continue;
        mailbox.markOffered(entry);
        void mailbox.settle(entry.id, { state: 'seen', evidence: 'tool result' });
      }
    },
  };
}

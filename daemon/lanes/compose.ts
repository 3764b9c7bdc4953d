import type { Message } from '../../protocol/envelope.js';
import { PUSH_BYTES } from '../../protocol/limits.js';
import { DigestRoom, partBytes } from './digest-room.js';
import { ruleAttribute, ruleBytes } from './rule-lines.js';
import { countOf, digestOf, noReply, shownText, type Offered } from './digest.js';
import { sanitizeText, sanitizeValue } from '../../protocol/sanitize.js';
import { taskFacts } from '../../mail/tasks/facts.js';
import { howToWork } from './task-facts.js';

/** One notification: what the model reads, and attributes that only the daemon sets. */
export interface Push {
  content: string;
  meta: Record<string, string>;
  /** Messages that the content holds in full. */
  ids: string[];
}

/** Up to so many messages at a time are pushed one by one; more are put together. */
export const SINGLE_PUSHES = 5;

/** Coalesced pushes for one burst. What does not fit is named and waits for check_inbox. */
export const MAX_DIGESTS = 4;

/**
 * Pushes for messages in queue order.
 *
 * @returns `held`: those that are not handed over, since they would not fit
 */
export function composePushes(items: readonly Offered[]): { pushes: Push[]; held: Message[] } {
  if (items.length <= SINGLE_PUSHES && items.every(fitsAlone)) {
    return { pushes: items.map(single), held: [] };
  }
  const groups: Offered[][] = [];
  let room = new DigestRoom(0);
  let taken = 0;
  for (const item of items) {
    const size = partBytes(item);
    if (!room.take(item, size)) {
      room = new DigestRoom(PUSH_BYTES);
      // Nothing may overtake what no push can hold, so it and the rest wait.
      if (groups.length === MAX_DIGESTS || !room.take(item, size)) break;
      groups.push([]);
    }
    groups.at(-1)?.push(item);
    taken += 1;
  }
  const pushes = groups.map((group) =>
    group[0] && group.length === 1 ? single(group[0]) : digest(group),
  );
  return { pushes, held: items.slice(taken).map(({ message }) => message) };
}

/**
 * Names what waits and how to read it.
 *
 * @param unread files that nobody has looked into yet: some may have expired, or not be wanted
 */
export function heldNotice(count: number, first: Message | undefined, unread = 0): Push {
  const about = first === undefined ? '' : `, the first from ${first.from}`;
  const all = count + unread;
  return {
    content: `${countOf(all, unread, 'message')} for you ${all === 1 ? 'waits' : 'wait'}${about}. To read, call the cc2cc tool "check_inbox".`,
    meta: { type: 'status', event: 'waiting', waiting: String(all) },
    ids: [],
  };
}

/** By what is pushed: a defused tag is longer than what was written. */
function fitsAlone(item: Offered): boolean {
  const { text } = item.message.content;
  const room = PUSH_BYTES - ruleBytes(item, new Set());
  // One bracket becomes four characters, nothing grows more; most texts are far from the limit.
  if (4 * Buffer.byteLength(text) <= room) return true;
  return Buffer.byteLength(sanitizeText(text)) <= room;
}

function single(item: Offered): Push {
  const { message, signature, repeated } = item;
  const rule = ruleAttribute(item);
  const { id, from, type, priority, replyTo, thread, broadcast, awaited } = message;
  const warnings = [
    ...(signature === 'invalid' ? ['[SIGNATURE INVALID]'] : []),
    ...(repeated ? ['(possibly repeated)'] : []),
  ].map((warning) => `${warning}\n`);
  const how =
    type === 'task'
      ? howToWork(message)
      : `To answer, call the cc2cc tool "reply" with msg_id "${id}".`;
  const task = taskFacts(message);
  const answers = {
    broadcast: 'This went to everybody: no reply is expected.',
    notice: 'This is a notice of cc2cc: no reply is expected.',
    'news of a task': 'This is news of a task: no reply is expected.',
    message: awaited === true ? `${how} Its sender waits for that.` : how,
  };
  return {
    content: `${warnings.join('')}${shownText(message)}\n\n${answers[noReply(message) ?? 'message']}`,
    meta: {
      from: sanitizeValue(from),
      msg_id: id,
      type,
      priority,
      verified: String(signature === 'verified'),
      ...(signature === 'invalid' ? { signature } : {}),
      // The text may begin with the same words.
      ...(repeated ? { repeated: 'true' } : {}),
      ...(typeof replyTo === 'string' ? { reply_to: replyTo } : {}),
      ...(thread === undefined ? {} : { thread }),
      ...(broadcast === true ? { broadcast: 'true' } : {}),
      ...(awaited === true ? { awaited: 'true' } : {}),
      // Here and not in the content: the text, which is not quoted there, could pass for it.
      ...(rule === undefined ? {} : { rule }),
      ...(task === undefined ? {} : { task_id: task.id }),
      ...(task?.state === undefined ? {} : { task_state: task.state }),
      ...(task?.title === undefined ? {} : { task_title: task.title }),
    },
    ids: [id],
  };
}

function digest(group: readonly Offered[]): Push {
  const ids = group.map(({ message }) => message.id);
  const senders = [...new Set(group.map(({ message }) => message.from))];
  return {
    content: digestOf(group),
    meta: {
      from: senders.slice(0, 8).join(', '),
      type: 'digest',
      count: String(group.length),
      msg_ids: ids.join(','),
    },
    ids,
  };
}

/**
 * The next text for a session's own socket: what waits, in queue order and in full, as far as one
 * push holds it. The text alone has to tell who speaks, so it has the form of a digest also for one.
 *
 * @returns undefined when the first message alone is too long
 */
export function composeText(
  items: readonly Offered[],
): { content: string; ids: string[] } | undefined {
  const taken: Offered[] = [];
  const room = new DigestRoom(PUSH_BYTES);
  for (const item of items) {
    if (!room.take(item)) break;
    taken.push(item);
  }
  if (taken.length === 0) return undefined;
  return { content: digestOf(taken), ids: taken.map(({ message }) => message.id) };
}

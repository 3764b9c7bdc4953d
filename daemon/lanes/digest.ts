import type { SignatureState } from '../../mail/signing.js';
import type { Message } from '../../protocol/envelope.js';
import { HEAD, headerOf } from '../../protocol/shown.js';
import { sanitizeText } from '../../protocol/sanitize.js';
import { ruleLines } from './rule-lines.js';
import { taskFact } from '../../mail/tasks/facts.js';
import { HOW_TO_WORK, isTaskNews } from './task-facts.js';

/** A message on its way to a session, and whether the session may have had it before. */
export interface Offered {
  message: Message;
  signature: SignatureState;
  repeated: boolean;
  /** What rules.json tells with it, each in one line. */
  instructions?: readonly string[];
}

/**
 * Several messages as one text, in order and in full, with a head that says where they come from.
 * Body lines are quoted with `> `, header lines and what rules.json tells never are, so no message can
 * forge the header of another, or a rule.
 */
export function digestOf(items: readonly Offered[]): string {
  return [headOf(items), ...items.map(digestPart), ...ruleLines(items)].join('\n\n');
}

/** What stands above messages wherever no attribute of the client's tells their sender. */
function headOf(items: readonly Offered[]): string {
  const [from, order, one] =
    items.length === 1
      ? ['another agent', '', 'To answer,']
      : ['other agents', ', oldest first', 'To answer one,'];
  const what = `${HEAD}${plural(items.length, 'message')} from ${from}, not from your user, who has not approved anything by it${order}.`;
  if (items.every(({ message }) => noReply(message) !== undefined)) return what;
  const tasks = items.some(({ message }) => message.type === 'task') ? HOW_TO_WORK : '';
  return `${what} ${one} call the cc2cc tool "reply" with its msg_id, which stands in brackets.${tasks}`;
}

/** What a message is that nobody expects an answer to; undefined where somebody may. */
export function noReply(message: Message): 'broadcast' | 'notice' | 'news of a task' | undefined {
  if (message.broadcast === true) return 'broadcast';
  if (isTaskNews(message)) return 'news of a task';
  return message.identity?.['mode'] === 'daemon' ? 'notice' : undefined;
}

/** How a reader is told; `verified` means that the writer has the key of this bridge root. */
const SIGNATURES: Readonly<Record<SignatureState, string>> = {
  verified: 'verified',
  unsigned: 'unsigned',
  invalid: 'SIGNATURE INVALID',
  unchecked: 'signature not checked',
};

/** Header and quoted body of one message in a digest. */
export function digestPart({ message, signature, repeated }: Offered): string {
  const kind = noReply(message);
  const facts = [
    message.from,
    message.type,
    ...taskFact(message),
    ...(message.priority === 'normal' ? [] : [`${message.priority} priority`]),
    ...(typeof message.replyTo === 'string' ? [`in reply to ${message.replyTo}`] : []),
    ...(kind === undefined ? [] : [`${kind}: no reply expected`]),
    ...(message.awaited === true ? ['its sender waits for your reply'] : []),
    `sent ${new Date(message.timestamp).toISOString().slice(0, 19)}Z`,
    SIGNATURES[signature],
    ...(repeated ? ['possibly repeated'] : []),
  ];
  const body = shownText(message)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  return `${headerOf(message.id, facts.join(', '))}\n${body}`;
}

/** The text as it may be shown; a text of nothing but control characters leaves a remark. */
export function shownText(message: Message): string {
  const text = sanitizeText(message.content.text);
  return text === '' ? '(no text that can be shown)' : text;
}

/**
 * How many wait.
 *
 * @param unread files, of these, that nobody has looked into yet: some may have expired, or be unwanted
 */
export function countOf(all: number, unread: number, noun: string): string {
  return `${unread === 0 ? '' : 'Up to '}${plural(all, noun)}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import type { Message } from '../protocol/envelope.js';
import { Cc2ccError } from '../protocol/errors.js';
import { MAX_HOPS, MAX_TEXT_BYTES } from '../protocol/limits.js';
import { whom, type Standing } from './standing.js';
import { EVERYBODY } from './trust.js';

/** `identity.mode` of what a person or script sends by a command. */
export const COMMAND_MODE = 'command';

/** @throws Cc2ccError E_LIMIT */
export function checkText(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_TEXT_BYTES) return;
  throw new Cc2ccError('E_LIMIT', `The text has ${bytes} bytes, more than ${MAX_TEXT_BYTES}.`, {
    hint: 'Write it to a file and send the path.',
  });
}

/** @throws Cc2ccError E_LIMIT for an answer in a chain that may be a loop */
export function checkHops(hops: number, to: string): void {
  if (hops <= MAX_HOPS) return;
  throw new Cc2ccError(
    'E_LIMIT',
    `You and ${to} have answered each other ${MAX_HOPS} times: it may be a loop, so this reply was not sent.`,
    {
      hint: `If all is said, leave it at that. If ${to} must know something new, begin anew with send.`,
    },
  );
}

/** @throws Cc2ccError E_LIMIT when no more messages may wait */
export function checkInbox(waiting: number, max: number, to: string): void {
  if (waiting < max) return;
  throw new Cc2ccError('E_LIMIT', `${to}'s inbox is full: ${waiting} messages wait in it.`, {
    hint: 'Send again when some have been read.',
  });
}

/**
 * @param standing what the user has said of this sender
 * @throws Cc2ccError E_BLOCKED
 */
export function checkStanding(standing: Standing, from: string, to: string): void {
  if (standing.kind === 'blocked') {
    const list = whom(standing.list);
    const where = standing.list === EVERYBODY ? '' : ` --for ${standing.list}`;
    throw new Cc2ccError('E_BLOCKED', `trust.json blocks ${from} for ${list}: nothing was sent.`, {
      hint: `A person lifts that with: cc2cc block ${from} --remove${where}`,
    });
  }
  if (standing.kind === 'refused') {
    throw new Cc2ccError('E_BLOCKED', `${to} takes messages only from those on its list.`, {
      hint: `A person puts ${from} on it with: cc2cc trust ${from} --for ${to}`,
    });
  }
}

/** What the sender of a message is told that is held, in words that fit after its id. */
export function heldSentence(from: string, to: string): string {
  return `held until a person approves messages from ${from} to ${to} (cc2cc inbox)`;
}

/** What an answer bears of the message that it answers; nothing where it is no answer. */
export function answerFields(answers: Message | undefined): {
  replyTo?: string;
  thread?: string;
  hops?: number;
} {
  if (answers === undefined) return {};
  return {
    replyTo: answers.id,
    thread: answers.thread ?? answers.id,
    hops: (answers.hops ?? 0) + 1,
  };
}

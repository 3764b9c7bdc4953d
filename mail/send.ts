import { createMessage, encodeMessage, type Message } from '../protocol/envelope.js';
import type { CommandLetter, SentLetter } from '../protocol/control.js';
import { Cc2ccError } from '../protocol/errors.js';
import { timeOfId } from '../protocol/ids.js';
import { mailboxPaths } from '../protocol/paths.js';
import { deliverMessage, ensureMailbox } from './deliver.js';
import { messageFiles, registryOf } from './directory.js';
import { findMail, isInMailbox } from './find-mail.js';
import type { Gate } from './gate.js';
import {
  answerFields,
  checkHops,
  checkInbox,
  checkStanding,
  checkText,
  COMMAND_MODE,
  heldSentence,
} from './letter.js';
import { addressee } from './recipient.js';
import { assertMaySpeak } from './speaking.js';
import { recordLetter } from './tasks/record.js';
import { TaskStore } from './tasks/store.js';
import { tellByFiles } from './tasks/update-by-files.js';
import { whereByFiles } from './where-by-files.js';

/** What sending by files needs to know. */
export interface SendOptions {
  gate: Gate;
  /** Seconds that a message waits unless the letter says so. */
  ttl: number;
  maxInbox: number;
}

/**
 * Sends a letter without a daemon: when this resolves it is durable in the recipient's inbox. Sending
 * the same id again is harmless.
 *
 * @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT, E_UNKNOWN_MESSAGE, E_LIMIT, E_STORE; nothing was sent then
 */
export async function sendByFiles(
  root: string,
  letter: CommandLetter,
  { gate, ttl, maxInbox }: SendOptions,
): Promise<SentLetter> {
  const { id, from, text, session } = letter;
  assertMaySpeak(from, gate.bearer(from), session);
  const answers =
    letter.replyTo === undefined
      ? undefined
      : findMail(root, from, letter.replyTo, gate.keys)?.message;
  if (letter.replyTo !== undefined && answers === undefined) {
    throw new Cc2ccError('E_UNKNOWN_MESSAGE', `There is no message ${letter.replyTo} for ${from}.`);
  }
  const to = addressee(registryOf(root), from, letter.to, answers !== undefined);
  const chain = answerFields(answers);
  const receipt = { id, to, ...(to === letter.to ? {} : { formerly: letter.to }) };
  // A daemon that died before it answered may have sent it, and it may have been seen since.
  if (isInMailbox(mailboxPaths(root, to), id)) {
    return { ...receipt, state: 'sent by the daemon before it ended' };
  }
  const subject = { id, from, isNotice: false, answers: answers?.id };
  const standing = gate.standing(subject, to);
  checkStanding(standing, from, to);
  checkText(text);
  checkHops(chain.hops ?? 0, to);
  checkInbox(messageFiles(root, to).length, maxInbox, to);
  const store = new TaskStore(root, gate.keys);
  const recorded = recordLetter(store, registryOf(root), { ...letter, to, answers });
  const message = createMessage({
    ...letter,
    ...chain,
    to,
    type: recorded?.type ?? letter.type,
    at: timeOfId(id) ?? Date.now(),
    ttl: letter.ttl ?? ttl,
    mode: COMMAND_MODE,
    task: recorded?.task,
  });
  ensureMailbox(mailboxPaths(root, from)); // for the answer, and for the notice should it expire
  try {
    await Promise.all([
      deliverMessage(mailboxPaths(root, to), id, encodeMessage(gate.keys.seal(message))),
      recorded?.durable,
    ]);
  } catch (error) {
    recorded?.undo?.();
    throw error;
  }
  if (recorded?.completed !== undefined) {
    const isOther = (message: Message): boolean => message.to !== to;
    await tellByFiles(root, recorded.completed, undefined, { gate, ttl, maxInbox }, isOther);
  }
  return {
    ...receipt,
    state: standing.kind === 'held' ? heldSentence(from, to) : whereByFiles(root, to),
    ...(recorded?.task === undefined ? {} : { task: recorded.task.id }),
  };
}

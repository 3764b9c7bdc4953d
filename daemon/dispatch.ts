import { isInMailbox } from '../mail/find-mail.js';
import { COMMAND_LANE, isReturning, readHeartbeat } from '../protocol/heartbeat.js';
import {
  createMessage,
  type Message,
  type MessageType,
  type Priority,
} from '../protocol/envelope.js';
import { Cc2ccError } from '../protocol/errors.js';
import { derivedMessageId, newMessageId, timeOfId } from '../protocol/ids.js';
import { mailboxPaths } from '../protocol/paths.js';
import type { Stamp } from '../protocol/stamp.js';
import { messageFiles } from '../mail/directory.js';
import { describeAgent } from './directory.js';
import type { Office } from './office.js';
import { post, type Posted } from './post.js';
import { addressee } from '../mail/recipient.js';
import { isOriginals } from '../mail/original.js';
import {
  answerFields,
  checkHops,
  checkInbox,
  checkStanding,
  checkText,
  COMMAND_MODE,
  heldSentence,
} from '../mail/letter.js';
import { subjectOf, type RuleSubject } from '../mail/rulings.js';
import { keptBack } from './kept-back.js';
import { digestOfSaying, type Said } from './repeats.js';
import type { Session } from './session.js';
import { recordLetter, type Recorded, type TaskHead } from '../mail/tasks/record.js';

/** A message that somebody wants to send. */
export interface Letter {
  /** Of its message, where it is known before. */
  id?: string | undefined;
  to: string;
  text: string;
  type?: MessageType | undefined;
  priority?: Priority | undefined;
  /** Seconds that it waits; the configured time unless told. */
  ttl?: number | undefined;
  /** The message that it answers. */
  answers?: Message | undefined;
  /** It goes to everybody. */
  broadcast?: boolean | undefined;
  /** The sender waits for the answer. */
  awaited?: boolean | undefined;
  /** Of a task that is given to several, or that has a title of its own. */
  task?: TaskHead | undefined;
}

/** Who sends a letter: a session by a request, or a person or script by a command. */
export type Origin = RequestOrigin | CommandOrigin;

/** The request that a letter comes from; its message id is derived from it. */
export interface RequestOrigin {
  session: Session;
  requestId: string | number;
  /** Undefined for a client without our shim. */
  stamp: Stamp | undefined;
}

/** A command makes the id itself: should we end meanwhile, it delivers the same message by files. */
export interface CommandOrigin {
  name: string;
  id: string;
}

export interface Receipt {
  id: string;
  to: string;
  /** The name that was asked for, when the agent has another one now. */
  formerly: string | undefined;
  state: Posted;
  /** What rules.json looks at. */
  subject: RuleSubject;
  /** A person has to approve it first. */
  unapproved: boolean;
  /** What it meant for a task. */
  recorded?: Recorded | undefined;
}

/**
 * Checks and sends a letter.
 *
 * @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT, E_BLOCKED, E_LIMIT, E_STORE; nothing was sent then
 */
export async function dispatch(office: Office, origin: Origin, letter: Letter): Promise<Receipt> {
  // Under load there would be no moment without a message on its way to the agent's old place.
  while (office.renaming !== undefined) await office.renaming;
  const from = 'session' in origin ? office.register(origin.session) : origin.name;
  const to = addressee(office, from, letter.to, letter.answers !== undefined);
  const { hops = 0 } = answerFields(letter.answers);
  // From the name as it was asked for: the agent may be renamed before the request comes again.
  const id = letter.id ?? originId(origin, letter.to);
  const { text, answers } = letter;
  // A person or script that says it again means it.
  const digest =
    'session' in origin ? digestOfSaying({ from, to, replyTo: answers?.id, text }) : undefined;
  const standing = office.gate.standing({ id, from, isNotice: false, answers: answers?.id }, to);
  try {
    checkStanding(standing, from, to);
    checkLimits(office, { id, from, to, text, hops, digest });
  } catch (error) {
    // One that was accepted and is asked for again counts itself. "Not sent" would be untrue.
    if (!wasAccepted(office, to, id)) throw error;
  }
  // In this very tick: the same text may come twice at once.
  const said = digest === undefined ? undefined : office.repeats.remember(digest, id);
  let recorded: Recorded | undefined;
  let message: Message;
  let state: Posted;
  try {
    // Written at once and synced beside the message: nothing that is sent later overtakes it.
    recorded = recordLetter(office.tasks, office, { ...letter, id, from, to });
    message = createMessage({
      id,
      ...('session' in origin
        ? { at: origin.stamp?.[0] ?? Date.now() }
        : { mode: COMMAND_MODE, at: timeOfId(id) ?? Date.now() }),
      from,
      to,
      text,
      type: recorded?.type ?? letter.type,
      priority: letter.priority,
      ttl: letter.ttl ?? office.config.ttl,
      broadcast: letter.broadcast,
      awaited: letter.awaited,
      task: recorded?.task,
      ...answerFields(answers),
    });
    [state] = await Promise.all([post(office, message), recorded?.durable]);
    if (said !== undefined) said.accepted = true;
  } catch (error) {
    if (digest !== undefined && said !== undefined) office.repeats.forget(digest, said);
    recorded?.undo?.();
    throw error;
  }
  return {
    id,
    to,
    formerly: to === letter.to ? undefined : letter.to,
    state,
    subject: subjectOf(message),
    unapproved: standing.kind === 'held',
    recorded,
  };
}

/** What is true of a message at this moment, for its sender. */
export function stateSentence(
  office: Office,
  { id, to, state, subject, unapproved }: Receipt,
): string {
  if (state === 'handed over') return `handed to ${to}'s session`;
  if (state === 'on its way') return `on its way to ${to}'s session`;
  // An original server knows nothing of this, and takes what it finds.
  if (unapproved && !isOriginals(office.root, to)) return heldSentence(subject.from, to);
  const clause = keptBack(office, to, subject);
  if (clause !== undefined) return `waiting for ${to}, who ${clause}`;
  const { where, status, since, lane } = describeAgent(office, to);
  if (office.agent(to)?.agent?.mailbox.get(id)?.held === true) {
    return `waiting for ${to}: too much to be pushed, so ${to} is told to call check_inbox`;
  }
  if (where !== 'here' && isReturning(readHeartbeat(office.root, to), office.host)) {
    return `waiting for ${to}, whose session is just attaching again`;
  }
  if (where === 'here') {
    switch (lane) {
      case 'tool':
        return `waiting for ${to}, who will see it with its next cc2cc tool call`;
      case 'hook':
        return `waiting for ${to}, who will see it with its next step`;
      default:
        return `waiting for ${to}, whose session is attached but does not take it yet`;
    }
  }
  if (lane === COMMAND_LANE) return `waiting for ${to}, who reads it with cc2cc receive`;
  if (status !== 'offline') return `waiting for ${to}, who is attached elsewhere`;
  const away = since === null ? '' : ` since ${since.slice(0, 16).replace('T', ' ')} UTC`;
  return `waiting: ${to} is away${away}`;
}

/** What the limits ask of a message. */
interface Intent {
  id: string;
  from: string;
  to: string;
  text: string;
  hops: number;
  /** What tells whether it repeats another; undefined where that does not matter. */
  digest: string | undefined;
}

/** @throws Cc2ccError E_LIMIT */
export function checkLimits(office: Office, { id, from, to, text, hops, digest }: Intent): void {
  checkText(text);
  checkHops(hops, to);
  const waiting = office.agent(to)?.agent?.mailbox.size ?? countForAbsent(office, to);
  checkInbox(waiting, office.config.maxInbox, to);
  const said = digest === undefined ? undefined : office.repeats.find(digest, id);
  if (said !== undefined) throw repetition(said, to);
  // Last: what was refused for another reason has cost nothing.
  const wait = office.rate.take(from, to);
  if (wait !== undefined) {
    throw new Cc2ccError(
      'E_LIMIT',
      `Too many messages from ${from} to ${to}, more than ${office.config.rate} a minute: this one was not sent.`,
      {
        hint: `Send again in ${wait} s, or put several into one. If the two of you only answer each other, stop.`,
      },
    );
  }
}

function repetition({ id, at, accepted }: Said, to: string): Cc2ccError {
  const seconds = Math.floor((performance.now() - at) / 1000);
  const before = accepted
    ? `You sent ${to} the same text ${seconds} s ago, as ${id}: it is not sent again.`
    : `The same text is on its way to ${to} at this moment, as ${id}: it is not sent twice.`;
  return new Cc2ccError('E_LIMIT', before, {
    hint: 'Wait for an answer, or say something new; message_status tells what became of it.',
  });
}

/** What lies in the inbox and what is on its way there; a file can be both for a moment. */
function countForAbsent(office: Office, to: string): number {
  const arriving = new Set([...office.arriving.of(to)].map(({ message }) => `${message.id}.json`));
  const files = messageFiles(office.root, to).filter((file) => !arriving.has(file));
  return files.length + arriving.size;
}

/** Whether a message of that id lies, or has lain, in the mailbox. */
export function wasAccepted(office: Office, to: string, id: string): boolean {
  const mailbox = office.agent(to)?.agent?.mailbox;
  if (mailbox?.has(id)) return true;
  return isInMailbox(mailbox?.paths ?? mailboxPaths(office.root, to), id);
}

/** The id of what is asked for; the same when the request comes again, if it bears a stamp. */
export function originId(origin: Origin, to: string): string {
  if (!('session' in origin)) return origin.id;
  const { session, requestId, stamp } = origin;
  if (stamp === undefined) return newMessageId();
  // The type is told apart: JSON-RPC ids 1 and "1" are two.
  return derivedMessageId(stamp, session.facts.attachKey, JSON.stringify(requestId), to);
}

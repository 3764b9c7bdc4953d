import type { Message } from '../protocol/envelope.js';
import type { SignatureState } from './signing.js';
import { EVERYBODY, type Trust, type TrustLists } from './trust.js';

/** What becomes of messages of senders that are not on the recipient's list. */
export type NewSenders = 'accept' | 'hold' | 'refuse';

/** What the user's word means for one message. */
export type Standing =
  | { kind: 'passed' }
  /** It stays in the inbox, and nobody is given it until a person approves. */
  | { kind: 'held' }
  /** `list`: the key of trust.json in which its sender is. */
  | { kind: 'blocked'; list: string }
  /** Its sender is not on the list, and the user wants no others. */
  | { kind: 'refused' };

/** The lists in force. `broken`: there is a file, and none that was good is known. */
export type TrustInForce = Trust | 'none' | 'broken';

/** What is looked at in a message. */
export interface TrustSubject {
  id: string;
  from: string;
  /** A notice of a daemon, proven by its signature. */
  isNotice: boolean;
  /** The message that it answers, or that began the exchange. */
  answers: string | undefined;
}

/** What has to be known of names and of messages of the past. */
export interface Acquaintance {
  /** The name that an agent bears now. */
  currentName: (name: string) => string;
  /** Whether the message of that id is one that `to` has sent to `from`, and not to everybody. */
  hasWritten: (to: string, from: string, id: string) => boolean;
  /** An agent has taken another name. */
  renamed: () => void;
}

/** Tells the standing of a message for its recipient. */
export type StandingOf = (subject: TrustSubject, to: string) => Standing;

const PASSED: Standing = { kind: 'passed' };
const HELD: Standing = { kind: 'held' };

export function trustSubjectOf(
  { id, from, identity, replyTo, thread }: Message,
  signature: SignatureState,
): TrustSubject {
  // Anybody can write that he is the daemon; only who has the key can sign it.
  const isNotice = identity?.['mode'] === 'daemon' && signature === 'verified';
  return { id, from, isNotice, answers: replyTo ?? thread };
}

/**
 * The standing of a message. What is said of its recipient comes before what is said of all; within one
 * entry a block comes before an allowance. An agent that has taken another name is the one it was.
 */
export function standingOf(
  trust: TrustInForce,
  newSenders: NewSenders,
  { currentName, hasWritten }: Acquaintance,
  subject: TrustSubject,
  to: string,
): Standing {
  if (trust === 'none' && newSenders === 'accept') return PASSED; // for all who use none of this
  const { id, from, isNotice, answers } = subject;
  if (isNotice) return PASSED; // what an agent has asked for, or must know of its own messages
  const sender = currentName(from);
  const isSender = (name: string): boolean => name === from || currentName(name) === sender;
  for (const [list, { allow, block, messages }] of entriesFor(trust, currentName, to)) {
    if (includes(block, isSender)) return { kind: 'blocked', list };
    if (messages.has(id)) return PASSED; // a person has looked at this very one
    if (includes(allow, isSender)) return PASSED;
  }
  if (newSenders === 'accept' && trust !== 'broken') return PASSED;
  if (answers !== undefined && hasWritten(to, sender, answers)) return PASSED;
  // A list that cannot be read may have been going to allow it: that is no reason to lose it.
  return newSenders === 'refuse' && trust !== 'broken' ? { kind: 'refused' } : HELD;
}

/** Those of the recipient, by whichever of its names, and then those of all. */
function* entriesFor(
  trust: TrustInForce,
  currentName: (name: string) => string,
  to: string,
): Generator<[string, TrustLists]> {
  if (typeof trust === 'string') return;
  for (const [name, lists] of trust) {
    if (name !== EVERYBODY && (name === to || currentName(name) === to)) yield [name, lists];
  }
  const all = trust.get(EVERYBODY);
  if (all !== undefined) yield [EVERYBODY, all];
}

function includes(names: ReadonlySet<string>, isSender: (name: string) => boolean): boolean {
  for (const name of names) if (isSender(name)) return true;
  return false;
}

/** Why a message is not let in, in words that fit after a file's name; undefined where it is. */
export function turnedAway(standing: Standing, from: string, to: string): string | undefined {
  switch (standing.kind) {
    case 'blocked':
      return `trust.json blocks ${from} for ${whom(standing.list)}`;
    case 'refused':
      return `${from} is not on the list of ${to} in trust.json, and no new senders are wanted`;
    default:
      return undefined;
  }
}

/** A key of trust.json in words. */
export function whom(list: string): string {
  return list === EVERYBODY ? 'all agents' : list;
}

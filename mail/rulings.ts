import type { Message, MessageType, Priority } from '../protocol/envelope.js';
import { areNow, concern, endOf } from './quiet-hours.js';
import type { Rules } from './rules.js';

/** What rules look at in a message. */
export interface RuleSubject {
  from: string;
  type: MessageType;
  priority: Priority;
  /** It is a notice of cc2cc itself. */
  isNotice: boolean;
}

export function subjectOf({ from, type, priority, identity }: Message): RuleSubject {
  return { from, type, priority, isNotice: identity?.['mode'] === 'daemon' };
}

/**
 * What a session is told with a message of this kind: all that fits, from general to special, each
 * once.
 */
export function instructionsFor(rules: Rules, subject: RuleSubject): string[] {
  const { from, type, priority } = subject;
  const all = [
    rules.instruction,
    rules.types[type],
    rules.priorities[priority],
    rules.senders.get(from)?.instruction,
  ];
  return [...new Set(all.filter((text): text is string => text !== undefined && text !== ''))];
}

/**
 * Whether messages of this kind are never brought to `to`, who has to ask for them. A notice is what
 * an agent has asked for, whoever it is about.
 */
export function isMuted(rules: Rules, { from, isNotice }: RuleSubject, to: string): boolean {
  if (isNotice) return false;
  const mute = rules.senders.get(from)?.mute;
  return mute === true || mute?.has(to) === true;
}

/** Whether a message of this kind wakes nobody at that moment. */
export function isQuiet(rules: Rules, subject: RuleSubject, to: string, at: Date): boolean {
  return rules.quiet.some((hours) => concern(hours, to, subject) && areNow(hours, at));
}

/** Until when; as {@link endOf}. */
export function quietUntil(
  rules: Rules,
  subject: RuleSubject,
  to: string,
  now: Date,
): number | undefined {
  return endOf(
    rules.quiet.filter((hours) => concern(hours, to, subject)),
    now,
  );
}

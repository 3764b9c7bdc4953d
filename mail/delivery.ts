import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { errnoOf } from '../protocol/errors.js';
import { isMessageId } from '../protocol/ids.js';
import { isIsoTime } from '../protocol/iso-time.js';
import { isRecord } from '../protocol/json.js';

/** How the model was given a message. */
export const EVIDENCE = [
  'tool result', // it stood in the result of one of our tools
  'hook', // the client's UserPromptSubmit hook reported it, or a hook's context brought it
  'transcript', // the client's transcript shows that the model was given it
  'reply', // the model answered it
  'command', // a person or script has read it with `cc2cc receive`
  'proven lane', // no evidence can be had, but another message on this lane was seen
] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** The ways by which a message reaches a session. */
export const LANES = ['channel', 'socket', 'hook', 'tool'] as const;
export type LaneName = (typeof LANES)[number];

/**
 * Where a message is. `accepted`: durable in the inbox. `pushed`: handed to a lane, which is no
 * evidence. `seen`: the model was given it. `seen`, `expired` and `rejected` are the ends.
 */
export type DeliveryState =
  | { name: 'accepted' }
  | { name: 'pushed'; lane: LaneName }
  | { name: 'seen'; evidence: Evidence }
  | { name: 'expired' }
  | { name: 'rejected'; reason: string };

/** What happens to a message. */
export type DeliveryEvent =
  | { event: 'pushed'; lane: LaneName }
  /** The lane did not take it after all. */
  | { event: 'unsent' }
  /** The session moved on without a sign of having seen it: it is offered again. */
  | { event: 'overdue' }
  | { event: 'seen'; evidence: Evidence }
  /** A tool result that had left us was thrown away before the client had it. */
  | { event: 'dropped' }
  | { event: 'expired' };

/**
 * The state machine of a message.
 *
 * @returns undefined for an event that changes nothing in this state
 */
export function next(state: DeliveryState, event: DeliveryEvent): DeliveryState | undefined {
  switch (state.name) {
    case 'accepted':
    case 'pushed':
      switch (event.event) {
        case 'pushed':
          return { name: 'pushed', lane: event.lane };
        case 'seen':
          return { name: 'seen', evidence: event.evidence };
        case 'expired':
          return { name: 'expired' };
        case 'unsent':
        case 'overdue':
          return state.name === 'pushed' ? { name: 'accepted' } : undefined;
        case 'dropped':
          return state.name === 'pushed' && state.lane === 'tool'
            ? { name: 'accepted' }
            : undefined;
      }
      break;
    case 'seen':
      // Only a tool result can be thrown away by the one who carries it.
      return event.event === 'dropped' && state.evidence === 'tool result'
        ? { name: 'accepted' }
        : undefined;
    case 'expired':
    case 'rejected':
      return undefined;
  }
}

/** Without waiting for the other end of a FIFO; Windows has no flag for it. */
const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0;
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_WAIT;

/** One line of a mailbox's journal. */
export type JournalLine = DeliveryEvent & { id: string; at: string };

/** What the journal tells of one message. */
export interface Delivery {
  state: DeliveryState;
  /** ISO time of the last change. */
  at: string;
  history: JournalLine[];
}

/**
 * Adds lines. One write, so that lines of two writers do not mix.
 *
 * @throws when they cannot be written; then none of them has been
 */
export function appendJournal(path: string, lines: readonly JournalLine[]): void {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const fd = openSync(path, APPEND, 0o600);
  try {
    const { size } = fstatSync(fd);
    if (writeSync(fd, bytes) === bytes.length) return;
    // A full disk took a part, and the next line would be spoilt by it.
    ftruncateSync(fd, size);
    throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
  } finally {
    closeSync(fd);
  }
}

/**
 * What a journal tells, by message id. Lines that make no sense are passed over: a full disk or a
 * power cut may have torn one.
 */
export function readJournal(path: string): Map<string, Delivery> {
  const deliveries = new Map<string, Delivery>();
  for (const line of readLines(path)) {
    const delivery = deliveries.get(line.id) ?? {
      state: { name: 'accepted' },
      at: '',
      history: [],
    };
    const state = next(delivery.state, line);
    if (state === undefined) continue;
    deliveries.set(line.id, { state, at: line.at, history: [...delivery.history, line] });
  }
  return deliveries;
}

function readLines(path: string): JournalLine[] {
  let text: string;
  try {
    const fd = openSync(path, constants.O_RDONLY | NO_WAIT);
    try {
      if (!fstatSync(fd).isFile()) return []; // it may never end
      text = readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

function parseLine(text: string): JournalLine | undefined {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(line) || !isMessageId(line['id']) || !isIsoTime(line['at'])) return undefined;
  const { id, at, event, lane, evidence } = line;
  switch (event) {
    case 'pushed': {
      const known = LANES.find((name) => name === lane);
      return known === undefined ? undefined : { id, at, event, lane: known };
    }
    case 'seen': {
      const known = EVIDENCE.find((name) => name === evidence);
      return known === undefined ? undefined : { id, at, event, evidence: known };
    }
    case 'unsent':
    case 'overdue':
    case 'dropped':
    case 'expired':
      return { id, at, event };
    default:
      return undefined;
  }
}

/** Whether a session was offered it and may have been given it, without a sign of that. */
export function wasOffered(history: readonly DeliveryEvent[]): boolean {
  let isOpen = false; // nobody knows what became of the last offer
  for (const { event } of history) {
    if (event === 'overdue' || (event === 'pushed' && isOpen)) return true;
    if (event === 'pushed') isOpen = true;
    if (event === 'unsent' || event === 'dropped') isOpen = false;
  }
  return isOpen;
}

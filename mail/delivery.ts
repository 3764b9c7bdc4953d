import {
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { closeQuietly } from '../protocol/close-quietly.js';
import { errnoOf } from '../protocol/errors.js';
import { isMessageId } from '../protocol/ids.js';
import { isIsoTime } from '../protocol/iso-time.js';
import { isRecord } from '../protocol/json.js';
import { openOwn } from '../protocol/open-own.js';
import { isOwn, TO_READ } from '../protocol/own-file.js';

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
  appendText(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/**
 * Adds the lines of one journal to another one. What a crash in between has left in both is not added a
 * second time.
 *
 * @returns takes them away again
 * @throws the system's error; nothing where there is no such journal, or one that is not ours
 */
export function copyJournal(from: string, to: string): () => void {
  const lines = textOf(from)?.split('\n').filter(Boolean) ?? [];
  const before = textOf(to);
  const known = new Set(before?.split('\n'));
  const news = lines.filter((line) => !known.has(line));
  if (news.length > 0) appendText(to, `${news.join('\n')}\n`);
  return () => {
    if (before === undefined) rmSync(to, { force: true });
    else truncateSync(to, Buffer.byteLength(before));
  };
}

function appendText(path: string, text: string): void {
  const fd = openOwn(path, 'append');
  try {
    const { size } = fstatSync(fd);
    // What a crash has cut off must spoil itself only, and not our first line as well.
    const bytes = Buffer.from(size === 0 || endsLine(fd, size) ? text : `\n${text}`);
    if (writeSync(fd, bytes) === bytes.length) return;
    // A full disk took a part, and the next line would be spoilt by it.
    ftruncateSync(fd, size);
    throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
  } finally {
    closeQuietly(fd);
  }
}

function endsLine(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 0 || last.toString() === '\n';
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
  return (textOf(path) ?? '').split('\n').flatMap((line) => parseLine(line) ?? []);
}

function textOf(path: string): string | undefined {
  try {
    const fd = openSync(path, TO_READ);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || !isOwn(stats)) return undefined; // it may never end, or tell lies
      return readFileSync(fd, 'utf8');
    } finally {
      closeQuietly(fd);
    }
  } catch (error) {
    // Who writes to it is told what is wrong with a link.
    if (['ENOENT', 'ELOOP', 'EMLINK'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
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

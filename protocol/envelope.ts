import { z } from 'zod';
import { checkBy } from './check-by.js';
import { Cc2ccError } from './errors.js';
import { ID_PATTERN, timeOfId } from './ids.js';
import { lazily } from './lazily.js';
import { DEFAULT_TTL_S, MAX_TEXT_BYTES } from './limits.js';
import { NAME_PATTERN } from './names.js';

export const MESSAGE_TYPES = ['message', 'task', 'response', 'status'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];
export type Priority = (typeof PRIORITIES)[number];

/**
 * The message file. What a hand-written message may leave out has a default; what we do not know is
 * kept as it is, for the next version and for other programs.
 */
export const messageSchema = lazily(() => {
  const name = z.string().regex(NAME_PATTERN);
  const id = z.string().regex(ID_PATTERN);
  const text = z.string().refine(
    // An encrypted text is twice as long and some; it is checked once more when it is decrypted.
    (value) => Buffer.byteLength(value) <= MAX_TEXT_BYTES * (value.startsWith('ENC:') ? 2.1 : 1),
    `longer than ${MAX_TEXT_BYTES} bytes`,
  );
  return z.looseObject({
    id,
    timestamp: z.iso
      .datetime({ offset: true, local: true })
      .default(() => new Date().toISOString()),
    from: name,
    to: name,
    type: z.enum(MESSAGE_TYPES).default('message'),
    priority: z.enum(PRIORITIES).default('normal'),
    identity: z.looseObject({}).nullish(),
    task: z.looseObject({}).nullish(),
    content: z.looseObject({ text, parts: z.array(z.unknown()).default([]) }),
    replyTo: id.nullish(),
    ttl: z.number().min(0).default(DEFAULT_TTL_S),
    signature: z.string().max(200).nullish(),
    thread: id.optional(),
    hops: z.int().min(0).max(1000).optional(),
    /** It went to everybody, and nobody is expected to answer. */
    broadcast: z.boolean().optional(),
    /** Its sender waits for the answer and does nothing else meanwhile. */
    awaited: z.boolean().optional(),
  });
});

/** A message that has passed the schema. */
export type Message = z.infer<ReturnType<typeof messageSchema>>;

/**
 * Checks a parsed value.
 *
 * @throws Cc2ccError E_MESSAGE that names the first field at fault
 */
export function parseMessage(value: unknown): Message {
  const result = checkBy(messageSchema(), value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'message';
  throw new Cc2ccError('E_MESSAGE', `${where}: ${issue?.message ?? 'invalid'}`, {
    cause: result.error,
  });
}

/** What a caller says of a new message; the rest has its defaults. */
export interface Draft {
  id: string;
  from: string;
  to: string;
  text: string;
  at?: number;
  type?: MessageType | undefined;
  priority?: Priority | undefined;
  replyTo?: string | undefined;
  thread?: string | undefined;
  hops?: number | undefined;
  broadcast?: boolean | undefined;
  awaited?: boolean | undefined;
  /** What the message says of a task. */
  task?: object | undefined;
  ttl?: number | undefined;
  /** Who speaks: a session, a person, a script, or the daemon itself. */
  mode?: string | undefined;
}

/** A complete message, fields in the order of the specification. */
export function createMessage(draft: Draft): Message {
  return {
    id: draft.id,
    timestamp: new Date(draft.at ?? Date.now()).toISOString(),
    from: draft.from,
    to: draft.to,
    type: draft.type ?? 'message',
    priority: draft.priority ?? 'normal',
    identity: { agent: draft.from, mode: draft.mode ?? 'session' },
    task: draft.task === undefined ? null : { ...draft.task },
    // A lone surrogate has no bytes: the file, and what is signed of it, would differ from the text.
    content: { text: draft.text.toWellFormed(), parts: [] },
    replyTo: draft.replyTo ?? null,
    ttl: draft.ttl ?? DEFAULT_TTL_S,
    ...(draft.thread === undefined ? {} : { thread: draft.thread }),
    ...(draft.hops === undefined ? {} : { hops: draft.hops }),
    ...(draft.broadcast === true ? { broadcast: true } : {}),
    ...(draft.awaited === true ? { awaited: true } : {}),
  };
}

/** The file form: indented, since people read these files. */
export function encodeMessage(message: Message): Buffer {
  return Buffer.from(`${JSON.stringify(message, null, 2)}\n`);
}

/** Epoch milliseconds a message was sent; from its id where that bears a time, else its timestamp. */
export function sentAt(message: Message): number {
  return timeOfId(message.id) ?? Date.parse(message.timestamp);
}

/** Queue order: time of sending, then id (which bears the running number of one sender). */
export function byQueueOrder(a: Message, b: Message): number {
  return sentAt(a) - sentAt(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The last moment that a date can name. */
const LAST_DATE_MS = 8.64e15;

/** Epoch milliseconds after which the message is expired; Infinity for a ttl of 0, and past all dates. */
export function expiresAt(message: Message): number {
  const end = message.ttl === 0 ? Infinity : Date.parse(message.timestamp) + message.ttl * 1000;
  return end > LAST_DATE_MS ? Infinity : end;
}

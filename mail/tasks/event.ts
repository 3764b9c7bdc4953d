import { z } from 'zod';
import { PRIORITIES } from '../../protocol/envelope.js';
import { ID_PATTERN } from '../../protocol/id-pattern.js';
import { lazily } from '../../protocol/lazily.js';
import { NAME_PATTERN } from '../../protocol/names.js';
import { CHANGE_STATES, taskStateOf } from './states.js';

/** Characters of a title; a longer one is cut. */
export const MAX_TITLE = 80;

/** Agents of which the first to accept a task gets it. */
export const MAX_CANDIDATES = 32;

/** Bytes of a note or a result that its event keeps; the message that it names has all of it. */
export const MAX_EVENT_TEXT_BYTES = 16 * 1024;

/** An encrypted text is twice as long and some. */
const MAX_WRITTEN_CHARACTERS = 3 * MAX_EVENT_TEXT_BYTES;

/** Bytes of an event file: JSON writes a control character as six bytes. */
export const MAX_EVENT_BYTES = 6 * MAX_EVENT_TEXT_BYTES + 32 * 1024;

/** Two forms: the first event of a task, and every other. */
export const eventSchema = lazily(() => {
  const name = z.string().regex(NAME_PATTERN);
  const messageId = z.string().regex(ID_PATTERN);
  const common = {
    /** The number of its file. */
    seq: z.int().positive(),
    /** Who did it, by the name of then. */
    by: name,
    at: z.iso.datetime(),
    /** What tells the request that it comes from; the same one that comes again is no second event. */
    request: z.string().max(100).optional(),
  };

  const submissionSchema = z.object({
    ...common,
    state: z.literal('submitted'),
    title: z.string().min(1).max(1000),
    requester: name,
    candidates: z.array(name).min(1).max(MAX_CANDIDATES),
    priority: z.enum(PRIORITIES).default('normal'),
    /** By candidate, the message that has the text of the task. */
    messages: z.record(name, messageId),
  });

  const changeSchema = z.object({
    ...common,
    state: z.preprocess(taskStateOf, z.enum(CHANGE_STATES)),
    /** As whom `by` did it: the name of the requester or of a candidate in the first event. */
    as: name,
    /** A note, a reason, or the result. */
    text: z.string().max(MAX_WRITTEN_CHARACTERS).optional(),
    /** The text is only the beginning. */
    cut: z.literal(true).optional(),
    /** The message that brought it, where it came with one. */
    message: messageId.optional(),
  });

  return z.union([submissionSchema, changeSchema]);
});

export type TaskEvent = z.infer<ReturnType<typeof eventSchema>>;
export type Submission = Extract<TaskEvent, { state: 'submitted' }>;
export type Change = Exclude<TaskEvent, Submission>;

import { createHash } from 'node:crypto';
import { sanitizeText } from '../../protocol/sanitize.js';

/**
 * What happens to messages in a run, as whoever runs it sees it from outside. Agents are called by a
 * key of the test's own, since an agent's name may change and a name may be another agent's later.
 */
export type Happening =
  /** An agent bears a name from now on; `rename`: if it is given it, and then its mail moves along. */
  | { kind: 'named'; agent: string; name: string; as?: 'rename' }
  /** Somebody begins to send; how it ended is told by one of the next three, with the same `ref`. */
  | Send
  /** The sender was told that it was accepted; a broadcast has several ids. */
  | { kind: 'accepted'; ref: number; ids: readonly string[] }
  /** The sender was told that it was not; `maybeShown`: and that it may have been shown. */
  | { kind: 'refused'; ref: number; why: string; maybeShown: boolean }
  /** The sender was told nothing, so it may have been accepted or not. */
  | { kind: 'unanswered'; ref: number; why: string }
  /** A file that nobody may ever be shown; it ends in rejected/ if its mailbox is read. */
  | { kind: 'planted'; to: string; file: string; text: TextMark | undefined; why: string }
  /** A session, or a person at a command, was given a message. */
  | Shown
  /** The client's transcript or a hook of the prompt has the message: evidence for a push. */
  | { kind: 'prompted'; agent: string; id: string }
  /** The agent has cancelled a call: what stood on its result may be shown again. */
  | { kind: 'cancelled'; agent: string }
  /** A session begins or ends, whatever the reason. `session` is its number for that agent. */
  | { kind: 'attached'; agent: string; session: number }
  | { kind: 'detached'; agent: string; session: number; how: string }
  /** A process was killed, or lost otherwise; `agent` for a shim or command of that agent. */
  | { kind: 'killed'; what: 'daemon' | 'shim' | 'command'; pid?: number; agent?: string }
  | { kind: 'started'; what: 'daemon'; pid: number }
  /** Anything else that helps to understand a failure. */
  | { kind: 'note'; text: string };

export interface Send {
  kind: 'send';
  ref: number;
  /** The agent that sends. */
  from: string;
  /** The name that was asked for; `*` for a broadcast. */
  to: string;
  by: 'tool' | 'command' | 'file';
  /** Sends of one stream reach a recipient in their order even before they are answered. */
  stream: string;
  text: TextMark;
  replyTo?: string;
  /** Seconds, where it is known. */
  ttl?: number;
}

export interface Shown {
  kind: 'shown';
  /** Who was given it. */
  agent: string;
  session: number;
  lane: 'channel' | 'socket' | 'hook' | 'tool' | 'command';
  id: string;
  /** It was marked as possibly repeated. */
  repeated: boolean;
  /** Of the text as it was shown; undefined where that could not be told. */
  shown: string | undefined;
}

/** One of them, with its place in the run, and when it was noted: milliseconds of a steady clock. */
export type Entry = Happening & { readonly n: number; readonly at: number };

/** A text without the text: a run of ten minutes sends too much to be kept. */
export interface TextMark {
  /** Hash of the text as it lies in a file. */
  written: string;
  /** Hash of the text as it is shown. */
  shown: string;
  /** Its beginning, for messages. */
  head: string;
}

export function markOf(text: string): TextMark {
  const written = text.toWellFormed();
  return { written: hashOf(written), shown: hashOf(shownForm(written)), head: text.slice(0, 60) };
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function shownForm(text: string): string {
  return sanitizeText(text) || '(no text that can be shown)';
}

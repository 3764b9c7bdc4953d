import type { Message } from '../protocol/envelope.js';

/** A message of an attached agent that no evidence says was seen. */
export interface Entry {
  id: string;
  sentAt: number;
  expiresAt: number;
  /** An earlier session of that name was offered it and left no sign of having seen it. */
  repeated: boolean;
  /** Set once it has been handed to a lane; then it is offered again only with a warning. */
  offered: boolean;
  /** Named in a push with the way to read it, not handed over. */
  held: boolean;
  /** On its way out in a tool result; another result must not take it too. */
  taken: boolean;
  /** The content, as long as it is not in the file or the scan that read it has not ended. */
  message: Message | undefined;
  /** Resolves when the file is durable; undefined when it always was. */
  committed: Promise<unknown> | undefined;
}

/** What is known of messages from before this session attached. */
export interface MailboxHistory {
  /** Ids that this very session was given before it re-attached. */
  given: ReadonlySet<string>;
  /** Ids that a session of that name was offered without a sign that it saw them. */
  offered: ReadonlySet<string>;
}

/** Queue order: time of sending, then id. */
export function inOrder(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => a.sentAt - b.sentAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

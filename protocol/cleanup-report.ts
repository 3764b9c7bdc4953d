/** What a cleanup deals with, in the order in which it is told. */
export const CLEANUP_KINDS = [
  'expired', // waited until its time was up: moved to done/, and the sender was told
  'done', // a message that has ended, with its receipt
  'tombstone', // what was left of one, once the content is valid no more
  'receipt', // of a message that is not in done/ any more
  'rejected', // what was refused, with the reason
  'task', // ended, with its notes
  'tmp', // written by somebody who died before it was delivered
  'journal', // lines of messages that are gone
  'agent', // mailbox, heartbeat, card and lease of somebody who is gone
  'key', // former signing keys whose time is up
] as const;
export type CleanupKind = (typeof CLEANUP_KINDS)[number];

/** What a cleanup did, or would do. */
export interface CleanupReport {
  /** Nothing was changed. */
  dryRun: boolean;
  /** Days that what has ended is kept; 0: for ever. */
  keepDays: number;
  /** What went, or would go, and the bytes that this frees; kinds of which nothing did are left out. */
  kinds: { kind: CleanupKind; count: number; bytes: number }[];
  /** The first thousand of them; the path is relative to the bridge root. */
  items: { kind: CleanupKind; path: string; bytes: number; why: string }[];
  /** How many more than are listed. */
  unlisted: number;
  /** What could not be removed, the first twenty. */
  problems: string[];
}

/** The limits of the protocol. What can be configured is in settings/, of which these are defaults. */

/** Protocol number of the socket conversation; a different number is refused with a hint. */
export const PROTOCOL = 1;

/** Bytes of `content.text`, UTF-8. */
export const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * Bytes of a message file. JSON writes a control character as six bytes, so this is the largest file
 * that a text within its limit can make, with room for the envelope.
 */
export const MAX_MESSAGE_FILE_BYTES = 6 * MAX_TEXT_BYTES + 64 * 1024;

/** Bytes of one line on the socket after the hello: a full message, escaped, with room. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/**
 * Bytes of the hello line. It carries up to PUSHED_RING ids of 36 to 68 characters; a stranger gets
 * no more of our memory than this.
 */
export const MAX_HELLO_BYTES = 256 * 1024;

/** How many pushed message ids a shim remembers to tell a new daemon what its session already has. */
export const PUSHED_RING = 2000;

/** Milliseconds within which a connection must have said hello. */
export const HELLO_DEADLINE_MS = 5_000;

/** Nesting of JSON that comes from a file; deeper input is refused before it is parsed. */
export const MAX_JSON_DEPTH = 32;

/** Messages that may wait in one inbox. */
export const MAX_INBOX_MESSAGES = 10_000;

/** How often a message may be answered in a chain before it is taken for a loop. */
export const MAX_HOPS = 16;

/** Seconds a message waits by default; 0 in a message means for ever. */
export const DEFAULT_TTL_S = 3600;

/** Messages a minute between one pair of agents, and the burst that is free. `CC2CC_RATE`. */
export const DEFAULT_RATE_PER_MINUTE = 60;
export const RATE_BURST = 30;

/** A heartbeat older than this means offline to those who read files only (the original's figure). */
export const HEARTBEAT_STALE_MS = 15_000;

/** Texts given in full in one coalesced push, bytes; the rest is named and read with check_inbox. */
export const PUSH_BYTES = 16 * 1024;

/**
 * Bytes of `sockaddr_un.sun_path` we allow. Linux has 108 with the final NUL, macOS 104, and Node 20
 * truncates silently beyond it.
 */
export const MAX_SOCKET_PATH_BYTES = 100;

/**
 * Texts that a session's own socket takes at once, and milliseconds until it takes one more. The
 * client drops what comes faster without a word: it was seen to take 30 at once, then one per 2 s.
 */
export const SOCKET_BURST = 25;
export const SOCKET_REFILL_MS = 5_000;

/**
 * Bytes of the messages in a text that a hook gives to the client, which shows only the beginning of
 * one that is longer than 10,000 characters.
 */
export const HOOK_BYTES = 9_000;

/** Identical text from one agent to another within this time is taken for a mistake, milliseconds. */
export const REPEAT_MS = 30_000;

/** Days that what has ended is kept. */
export const DEFAULT_KEEP_DAYS = 7;

/** Bytes of an agent card; a longer one is taken for none. */
export const MAX_CARD_BYTES = 64 * 1024;

/** Bytes of `rules.json`, and of one instruction in it, which every message that it fits is shown with. */
export const MAX_RULES_BYTES = 64 * 1024;
export const MAX_INSTRUCTION_BYTES = 1_000;

/** Bytes of `trust.json`: some ten thousand names. */
export const MAX_TRUST_BYTES = 256 * 1024;

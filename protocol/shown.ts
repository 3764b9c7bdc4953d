import { isMessageId } from './id-pattern.js';

/**
 * What of ours stands in a text that a client gave to its model. Texts are made in the daemon
 * (lanes/compose.ts, lanes/digest.ts) and recognised in the hook command and in transcripts; the
 * form that both rely on is here.
 */

/** Begins every text of ours that holds messages, but channel notifications, which have a tag. */
export const HEAD = '[cc2cc] ';

/** First line of one message in such a text. Bodies are quoted, so no body can hold such a line. */
export function headerOf(id: string, facts: string): string {
  return `[${id}] from ${facts}`;
}

const HEADER = /^\[(msg-[A-Za-z0-9_-]{1,64})\] from /gm;

/** The client puts its own line before what came over the session's socket. */
const HEAD_LINE = /^\[cc2cc\] /m;

/**
 * The opening tag that the client makes of a channel notification, of ours or of another server's.
 * What stands behind it is a body, which may hold anything but such a tag.
 */
const CHANNEL_TAG = /<channel\s[^>]*>/;
const OURS = /\ssource="[^"]*cc2cc[^"]*"/;
const TAG_IDS = /\smsg_ids?="([^"]*)"/g;

/** The ids of the messages that a text shows in full, in order. */
export function shownIds(text: string): string[] {
  const tag = CHANNEL_TAG.exec(text);
  const head = HEAD_LINE.exec(text);
  if (tag !== null && (head === null || tag.index < head.index)) {
    if (!OURS.test(tag[0])) return [];
    return [...tag[0].matchAll(TAG_IDS)]
      .flatMap(([, ids = '']) => ids.split(','))
      .map((id) => id.trim())
      .filter((id) => isMessageId(id));
  }
  if (head === null) return [];
  return [...text.slice(head.index).matchAll(HEADER)].flatMap(([, id]) => id ?? []);
}

import { plainLetters } from './plain-letters.js';

/**
 * Message text is written by whoever can write a file; it goes into a model's context. What could
 * pass for the client's own markup, or hide from the person who reads along, is made harmless here;
 * everything else stays as it was written.
 */

/** ECMA-48 escape sequences: CSI, OSC (to BEL or ST), and the two-character ones. */
/* eslint-disable no-control-regex -- finding them is what these are for */
const ANSI =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?/g;

/** C0 and C1 controls but tab and newline. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/* eslint-enable no-control-regex */

/**
 * Characters that show nothing or reorder what is shown: bidi controls and marks, zero-width space,
 * word joiner and kin, soft hyphen, byte order mark, variation-free fillers, interlinear marks and
 * the tag block. The joiners U+200C and U+200D stay: scripts and emoji need them.
 */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** What opens a tag, and what looks like it, as in a class of a regular expression. */
const OPENING = '<\\uff1c\\ufe64\\u2039\\u2329\\u3008\\u27e8\\u276c\\u276e\\u2770\\u1438\\u02c2';

const ANY_OPENING = new RegExp(`[${OPENING}]`, 'gu');

/**
 * Joiners, variation selectors and kin beside plain ASCII or what looks like a bracket, where no
 * script needs them and they could split a tag's name; a keycap emoji is ASCII with one. The look
 * behind keeps a long run from being tried at each of its places.
 */
const STRAY_JOINERS = new RegExp(
  `(?<![\\u200c\\u200d])[\\u200c\\u200d]+(?=[\\x20-\\x7e${OPENING}])|(?<=[\\x20-\\x7e${OPENING}])(?!\\ufe0f\\u20e3)\\p{DI}+`,
  'gu',
);

/** How the tags begin that a client or a model gives a meaning. */
const NAMES =
  'channel|system|function|tool|antml|user|assistant|human|invoke|parameter|thinking|result|hook|command|local-command|task-notification|persisted|bash|teammate|cross-session|sandbox_violations|pasted_content|subagent|webhook-payload|cc-memory|memory_';

/** An opening or closing tag of those, however many blanks, marks and joiners stand before its name. */
const TAGS = new RegExp(`[${OPENING}](?=[\\s/\\p{DI}\\p{M}]*(?:${NAMES}))`, 'giu');

/** One whose name may be written in letters that look alike; the name is at most so long with its marks. */
const STRANGE_TAGS = new RegExp(
  `[${OPENING}](?=[\\s/\\p{DI}\\p{M}]*([^\\s>&${OPENING}]{0,64}))`,
  'gu',
);
const NAME = new RegExp(`^[/\\s]*(?:${NAMES})`);
// eslint-disable-next-line no-control-regex -- finding them is what it is for
const ASCII = /^[\x00-\x7f]*$/;

/** Text that may be shown to a model or on a terminal: no control, bidi or live-tag characters. */
export function sanitizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(ANSI, '')
    .replaceAll(CONTROLS, '')
    .replaceAll(INVISIBLE, '')
    .replaceAll(STRAY_JOINERS, '')
    .replaceAll(TAGS, '&lt;')
    .replaceAll(STRANGE_TAGS, (bracket, name: string) =>
      !ASCII.test(name) && NAME.test(plainLetters(name)) ? '&lt;' : bracket,
    );
}

/** A value for an attribute: one line, without quotes or brackets that could end it. */
export function sanitizeValue(value: string, length = 200): string {
  const line = sanitizeText(value).replaceAll(/&lt;|[<>"'&\n\t]/g, ' ');
  // The blank that took the place of one bracket may stand between another one and its name now.
  const isSafe = sanitizeText(line) === line;
  return cutWhole(isSafe ? line : line.replaceAll(ANY_OPENING, ' '), length);
}

/** The beginning of a text, at most so many UTF-16 units; no character is cut in two. */
export function cutWhole(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

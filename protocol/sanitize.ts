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

/**
 * Joiners, variation selectors and kin beside plain ASCII or what looks like a bracket, where no
 * script needs them and they could split a tag's name; a keycap emoji is ASCII with one. The look
 * behind keeps a long run from being tried at each of its places.
 */
const STRAY_JOINERS =
  /(?<![\u200c\u200d])[\u200c\u200d]+(?=[\x20-\x7e\uff1c\ufe64\u2039\u3008\u27e8])|(?<=[\x20-\x7e\uff1c\ufe64\u2039\u3008\u27e8])(?!\ufe0f\u20e3)\p{DI}+/gu;

/** An opening or closing tag that a client or a model gives a meaning, and shapes that look like one. */
const TAGS =
  /[<\uff1c\ufe64\u2039\u3008\u27e8](?=[\s/\p{DI}]*(?:channel|system|function|tool|antml|user|assistant|human|invoke|result|hook|command|local-command|task-notification|persisted|bash|teammate|cross-session)[\w:-]*)/giu;

/** Text that may be shown to a model or on a terminal: no control, bidi or live-tag characters. */
export function sanitizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(ANSI, '')
    .replaceAll(CONTROLS, '')
    .replaceAll(INVISIBLE, '')
    .replaceAll(STRAY_JOINERS, '')
    .replaceAll(TAGS, '&lt;');
}

/** A value for an attribute: one line, without quotes or brackets that could end it. */
export function sanitizeValue(value: string, length = 200): string {
  return sanitizeText(value)
    .replaceAll(/&lt;|[<>"'&\n\t]/g, ' ')
    .slice(0, length);
}

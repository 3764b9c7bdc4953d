import type { Offered } from './digest.js';

/**
 * What the user's rules.json tells a session with messages. It stands where no sender can write: in
 * lines of a digest that are not quoted, and in an attribute of a channel notification.
 */
const MARK = '[rules.json] Rule for ';

/** Bytes of a line but for the ids and the instruction; at least that. */
const LINE_BYTES = 2 + Buffer.byteLength(`${MARK}these messages, not from their senders: `);

/** The lines below a digest: each instruction once, and which of the messages it is for. */
export function ruleLines(items: readonly Offered[]): string[] {
  const texts = new Set(items.flatMap(({ instructions = [] }) => instructions));
  return [...texts].map((text) => {
    const fitting = items.filter(({ instructions }) => instructions?.includes(text));
    return `${MARK}${whom(fitting, items.length)}: ${text}`;
  });
}

/** The instructions for a message as the value of an attribute: no character in it can end one. */
export function ruleAttribute({ instructions = [] }: Offered): string | undefined {
  if (instructions.length === 0) return undefined;
  return instructions
    .join(' ')
    .replaceAll('"', '\u201d')
    .replaceAll("'", '\u2019')
    .replaceAll(/&lt;|[<>&]/g, ' ');
}

/** Bytes that {@link ruleLines} becomes longer by with this message, rather too many. */
export function ruleBytes(
  { message, instructions = [] }: Offered,
  told: ReadonlySet<string>,
): number {
  const each = instructions.map((text) =>
    told.has(text) ? 0 : LINE_BYTES + Buffer.byteLength(text),
  );
  return each.reduce((sum, bytes) => sum + bytes + message.id.length + 2, 0);
}

function whom(fitting: readonly Offered[], count: number): string {
  if (count === 1) return 'this message, not from its sender';
  if (fitting.length === count) return 'these messages, not from their senders';
  const ids = fitting.map(({ message }) => message.id).join(', ');
  return `${ids}, not from ${fitting.length === 1 ? 'its sender' : 'their senders'}`;
}

import type { Recorded } from '../../mail/history.js';
import { sentAt } from '../../protocol/envelope.js';
import { sanitizeText } from '../../protocol/sanitize.js';
import { paint, type Style, type Terminal } from '../../protocol/terminal/terminal.js';
import { wrap } from '../../protocol/terminal/text.js';
import { clock } from '../../protocol/terminal/times.js';
import { taskFact } from '../../mail/tasks/facts.js';
import { SIGNATURES } from './message-view.js';

/** Lines of a text that are shown unless all are asked for. */
const FIRST_LINES = 3;

const STATES: Readonly<Record<Recorded['state'], Style>> = {
  waiting: 'yellow',
  seen: 'green',
  expired: 'red',
};

/** One message for people: who, when and what became of it, then its text. */
export function renderRecorded(
  recorded: Recorded,
  { full, terminal }: { full: boolean; terminal: Terminal },
): string[] {
  const { message, signature, state } = recorded;
  const { id, from, to, type, priority, content } = message;
  const facts = [`${type}/${priority}`, ...taskFact(message), state, SIGNATURES[signature]].join(
    ', ',
  );
  // No indent: an id fits just into 40 columns.
  const head = wrap(`${clock(sentAt(message))}  ${from} → ${to}  ${id}  (${facts})`, terminal.width)
    .map((line) => line.replace(state, paint(terminal, STATES[state], state)))
    .map((line) => line.replace('[SIGNATURE INVALID]', (mark) => paint(terminal, 'red', mark)));
  return [...head, ...textLines(content.text, full, terminal).map((line) => `  ${line}`.trimEnd())];
}

function textLines(text: string, full: boolean, { width }: Terminal): string[] {
  const room = width === undefined ? undefined : width - 2;
  const source = full ? text : beginningOf(text, width);
  const lines = wrap(sanitizeText(source).trimEnd(), room);
  if (full || (lines.length <= FIRST_LINES && source.length === text.length)) return lines;
  return [...lines.slice(0, FIRST_LINES), '… (--full shows all)'];
}

/** No more of a long text than can be shown of it; a pipe gets its lines whole. */
function beginningOf(text: string, width: number | undefined): string {
  if (width !== undefined) return text.slice(0, (FIRST_LINES + 1) * width * 2);
  return text.split('\n', FIRST_LINES).join('\n');
}

/** The same for programs: the message as it is, and what is known of it. */
export function recordOf({ message, signature, state, mailbox, path }: Recorded): object {
  return { ...message, signatureState: signature, state, mailbox, file: path };
}

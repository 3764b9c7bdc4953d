import { reportMessage } from '../../../mail/message-report.js';
import type { JournalEvent, MailboxEnd, StoredMessage } from '../ending.js';
import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';

/** A report reads a whole journal: of a run with more messages than these, some are asked for. */
const REPORTS = 500;

/** How a message ended, by the files alone. */
export interface End {
  message: StoredMessage;
  box: MailboxEnd;
  state: 'waiting' | 'seen' | 'expired';
  evidence: string | undefined;
  /** Its lines in the journal. */
  lines: JournalEvent[];
}

export function endsOf({ ending }: Ledger): End[] {
  return ending.mailboxes.flatMap((box) => {
    const journal = new Map<string, JournalEvent[]>();
    for (const line of box.journal) {
      const lines = journal.get(line.id);
      if (lines === undefined) journal.set(line.id, [line]);
      else lines.push(line);
    }
    return box.messages
      .filter(({ fault }) => fault === undefined)
      .map((message) => endOf(message, box, journal.get(message.id) ?? []));
  });
}

function endOf(message: StoredMessage, box: MailboxEnd, lines: JournalEvent[]): End {
  const { end } = told(lines);
  const common = { message, box, lines };
  if (end !== undefined) {
    const state = end.event === 'seen' ? 'seen' : 'expired';
    return { ...common, state, evidence: end.evidence };
  }
  if (message.folder === 'inbox') return { ...common, state: 'waiting', evidence: undefined };
  // The journal has forgotten it.
  const receipt = box.receipts.get(message.id);
  const evidence = receipt?.['evidence'];
  return {
    ...common,
    state: receipt === undefined ? 'expired' : 'seen',
    evidence: typeof evidence === 'string' ? evidence : undefined,
  };
}

/** The end that the journal tells, and whether it goes on after one. */
function told(lines: readonly JournalEvent[]): { end: JournalEvent | undefined; goesOn: boolean } {
  let end: JournalEvent | undefined;
  let goesOn = false;
  for (const line of lines) {
    // Only the carrier of a tool result can say that it was thrown away.
    if (line.event === 'dropped') end = undefined;
    else if (end !== undefined) goesOn = true;
    else if (line.event === 'seen' || line.event === 'expired') end = line;
  }
  return { end, goesOn };
}

/** The journal tells one end, and the folder and the product's own report the same. */
export function checkEnded(ledger: Ledger, ends: readonly End[], root: string): Violation[] {
  const found: Violation[] = [];
  const step = Math.ceil(ends.length / REPORTS);
  for (const [nth, { message, state, lines }] of ends.entries()) {
    const { id, folder, expiresAt = Infinity } = message;
    const say = (detail: string): void => {
      found.push({ invariant: 'ended', about: id, detail });
    };
    const story = lines.map(({ event }) => event).join(', ');
    if (told(lines).goesOn) say(`goes on after its end: ${story}`);
    if (state === 'expired' && Date.now() < expiresAt) say(`expired before its time: ${story}`);
    if (state === 'waiting' && folder === 'done') say(`waits in done/: ${story}`);
    const confirmed = ledger.sights
      .get(id)
      ?.find(({ lane }) => lane === 'command' || lane === 'tool');
    if (state === 'expired' && confirmed !== undefined && lostAt(ledger, confirmed) === undefined) {
      say(`${confirmed.agent} was shown it (${confirmed.lane}), and it counts as expired`);
    }
    if (nth % step > 0) continue;
    const { state: report } = reportMessage(root, id);
    const open = report === 'accepted' || report === 'pushed';
    if (state === 'waiting' ? !open : report !== state) {
      say(`is ${state} by the files, and ${report} by the report`);
    }
  }
  return found;
}

/** A process that was killed about the time of a sight, or after it. */
function lostAt({ history }: Ledger, { at }: { at: number }): number | undefined {
  return history.of('killed').find((killed) => killed.at > at - 2_000)?.n;
}

import type { Ending, StoredMessage } from './ending.js';
import type { Entry, Send, Shown } from './entry.js';
import type { History } from './history.js';

/** One send and what became of it. */
export interface Sending {
  send: Send & { n: number; at: number };
  /** `open`: the run ended before it did. */
  outcome: 'accepted' | 'refused' | 'unanswered' | 'open';
  /** When its sender was answered. */
  answeredAt: number | undefined;
  maybeShown: boolean;
  /** Of its messages; of one that was not answered, those that the files have of it. */
  ids: string[];
}

export type Sight = Shown & { n: number; at: number };

/** A history joined with what the files say at its end. */
export interface Ledger {
  history: History;
  ending: Ending;
  sendings: Sending[];
  /** By message id. */
  bySend: Map<string, Sending>;
  /** By message id; more than one where something is wrong. */
  stored: Map<string, StoredMessage[]>;
  /** By message id, in order. */
  sights: Map<string, Sight[]>;
}

export function makeLedger(history: History, ending: Ending): Ledger {
  const sendings = readSendings(history);
  const bySend = new Map(sendings.flatMap((one) => one.ids.map((id) => [id, one] as const)));
  const stored = groupBy(
    ending.mailboxes.flatMap(({ messages }) => messages),
    ({ id }) => id,
  );
  const sights = groupBy(history.of('shown'), ({ id }) => id);
  const ledger = { history, ending, sendings, bySend, stored, sights };
  adopt(ledger);
  return ledger;
}

/** Whether a process that matters was lost between two sights, or shortly before the first. */
export function wasLost(
  { history }: Ledger,
  fits: (entry: Entry) => boolean,
  from: { at: number },
  to: { n: number },
): boolean {
  return [...history.of('killed'), ...history.of('detached'), ...history.of('cancelled')].some(
    (entry) => entry.n < to.n && entry.at > from.at - LATE_MS && fits(entry),
  );
}

/** What a process had written before it was killed may be read so much later. */
const LATE_MS = 2_000;

function readSendings(history: History): Sending[] {
  const byRef = new Map<number, Sending>();
  for (const entry of history.entries) {
    if (entry.kind === 'send') {
      const open = { outcome: 'open', answeredAt: undefined, maybeShown: false, ids: [] } as const;
      byRef.set(entry.ref, { send: entry, ...open, ids: [] });
    } else if ('ref' in entry) {
      const sending = byRef.get(entry.ref);
      if (sending === undefined) throw new Error(`Nothing was sent as ${entry.ref}.`);
      sending.outcome = entry.kind;
      if (entry.kind !== 'unanswered') sending.answeredAt = entry.n;
      if (entry.kind === 'accepted') sending.ids = [...entry.ids];
      if (entry.kind === 'refused') sending.maybeShown = entry.maybeShown;
    }
  }
  return [...byRef.values()];
}

/** What was sent without an answer is known by sender and text. */
function adopt({ history, sendings, bySend, stored, sights }: Ledger): void {
  const open = sendings.filter(({ outcome }) => outcome === 'unanswered' || outcome === 'open');
  const shy = sendings.filter(({ maybeShown }) => maybeShown);
  const isFree = ({ send, ids }: Sending): boolean => send.to === '*' || ids.length === 0;
  for (const [id, [message]] of stored) {
    if (bySend.has(id) || message?.from === undefined) continue;
    const { from, text } = message;
    const found = open.find(
      (one) =>
        isFree(one) && one.send.text.written === text && history.namesOf(one.send.from).has(from),
    );
    if (found === undefined) continue;
    found.ids.push(id);
    bySend.set(id, found);
  }
  // Shown from memory, and then neither durable nor accepted.
  const cut = sendings.filter((one) => wasCut(history, one));
  for (const [id, [sight]] of sights) {
    if (bySend.has(id) || stored.has(id)) continue;
    const isIt = (one: Sending): boolean => isFree(one) && one.send.text.shown === sight?.shown;
    const found = [...open, ...shy].find(isIt);
    found?.ids.push(id);
    const sending = found ?? cut.find(isIt); // which has not been accepted for that one
    if (sending !== undefined) bySend.set(id, sending);
  }
}

/** A broadcast that a second daemon has carried out: whom the first one showed it may have left by then. */
function wasCut(history: History, { send, outcome, answeredAt = 0 }: Sending): boolean {
  if (send.to !== '*' || outcome !== 'accepted') return false;
  return history.of('killed').some(({ what, n }) => {
    return what === 'daemon' && n > send.n && n < answeredAt;
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

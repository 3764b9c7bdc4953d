import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';
import type { End } from './ended.js';

/** What was seen has a receipt that says so, and nothing else has one. */
export function checkReceipts(ledger: Ledger, ends: readonly End[]): Violation[] {
  const found: Violation[] = [];
  const say = (about: string, detail: string): void => {
    found.push({ invariant: 'receipts', about, detail });
  };
  const byPlace = new Map(ends.map((end) => [`${end.box.owner}/${end.message.id}`, end]));
  const isCutOff = ledger.history.of('killed').length > 0;
  const done = new Map(isCutOff ? ends.filter(isDone).map((end) => [end.message.id, end]) : []);
  for (const { owner, receipts } of ledger.ending.mailboxes) {
    for (const [id, receipt] of receipts) {
      // Of a rename that was cut off, one may lie at the other place already, and is true there as well.
      const end = byPlace.get(`${owner}/${id}`) ?? done.get(id);
      if (end === undefined || !isDone(end)) say(id, 'has a receipt and is not in done/');
      else if (end.state !== 'seen') say(id, `has a receipt and is ${end.state}`);
      else if (receipt === undefined) say(id, 'has a receipt that is not whole');
      else if (receipt['msg_id'] !== id) say(id, `has a receipt of ${String(receipt['msg_id'])}`);
      else if (receipt['evidence'] !== end.evidence) {
        say(id, `was seen by ${end.evidence}, and its receipt says ${String(receipt['evidence'])}`);
      }
    }
  }
  for (const end of ends) {
    const { message, box, state, lines } = end;
    if (state !== 'seen' || !isDone(end) || box.receipts.has(message.id)) continue;
    const at = Date.parse(lines.findLast(({ event }) => event === 'seen')?.at ?? '');
    if (!isOwed(ledger, box.owner, at)) {
      say(message.id, `was seen by ${box.owner} without a receipt`);
    }
  }
  return found;
}

function isDone({ message }: End): boolean {
  return message.folder === 'done';
}

/** A daemon under load writes a receipt within so many milliseconds, and who kills it is noted. */
const LATE_MS = 5_000;

/**
 * A receipt that a crash cut off is written when the agent attaches.
 *
 * @param at epoch milliseconds at which the message was noted as seen
 */
function isOwed({ history }: Ledger, owner: string, at: number): boolean {
  const back = history
    .of('attached')
    .filter(({ agent }) => history.namesOf(agent).has(owner))
    .at(-1)?.n;
  return history.of('killed').some((killed) => {
    const after = performance.timeOrigin + killed.at - at;
    return killed.n > (back ?? -1) && after > -1_000 && after < LATE_MS;
  });
}

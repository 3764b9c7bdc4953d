import type { Entry } from '../entry.js';
import { wasLost, type Ledger, type Sight } from '../ledger.js';
import type { Violation } from '../violation.js';
import type { End } from './ended.js';

/** Lanes that are evidence by themselves. */
const CONFIRMED = new Set<Sight['lane']>(['tool', 'command']);

/** To whom messages were shown, as what, and how often. */
export function checkSights(ledger: Ledger, ends: readonly End[]): Violation[] {
  return [...ledger.sights].flatMap(([id, sights]) => [
    ...repetitions(ledger, sights),
    ...addressees(ledger, id, sights, ends),
  ]);
}

function repetitions(ledger: Ledger, sights: readonly Sight[]): Violation[] {
  const found: Violation[] = [];
  sights.forEach((sight, nth) => {
    const before = sights.slice(0, nth).filter(({ agent }) => agent === sight.agent);
    const [first] = before;
    if (first === undefined) return;
    const { id, agent, lane } = sight;
    const say = (detail: string): void => {
      found.push({ invariant: 'once', about: id, detail });
    };
    // Only who had it knows that it did, if both ends of the connection are lost at once.
    const ofDaemon = (entry: Entry): boolean =>
      entry.kind === 'killed' && (entry.what === 'daemon' || entry.what === 'command');
    const ofSession = (entry: Entry): boolean =>
      (entry.kind === 'killed' || entry.kind === 'detached') && entry.agent === agent;
    const isDaemonLost = wasLost(ledger, ofDaemon, first, sight);
    const isSessionLost = wasLost(ledger, ofSession, first, sight);
    if (
      !sight.repeated &&
      !(isDaemonLost && isSessionLost) &&
      !wasCancelled(ledger, first, sight)
    ) {
      say(`${agent} was shown it again by ${lane}, after ${first.lane}, without a warning`);
    }
    const seen = before.find((one) => CONFIRMED.has(one.lane));
    if (seen === undefined || wasLost(ledger, ofDaemon, seen, sight)) return;
    if (wasCancelled(ledger, seen, sight)) return;
    say(`${agent} was shown it by ${lane}, though it had been seen by ${seen.lane}`);
  });
  return found;
}

function wasCancelled(ledger: Ledger, from: Sight, to: Sight): boolean {
  const fits = (entry: Entry): boolean => entry.kind === 'cancelled' && entry.agent === from.agent;
  return wasLost(ledger, fits, from, to);
}

function addressees(
  { history, bySend }: Ledger,
  id: string,
  sights: readonly Sight[],
  ends: readonly End[],
): Violation[] {
  const owner = ends.find(({ message }) => message.id === id)?.box.owner;
  const text = bySend.get(id)?.send.text;
  return sights.flatMap(({ agent, shown, lane }): Violation[] => {
    if (owner !== undefined && !history.namesOf(agent).has(owner)) {
      const detail = `is for ${owner} and was shown to ${agent} (${lane})`;
      return [{ invariant: 'addressed', about: id, detail }];
    }
    if (text === undefined || shown === undefined || text.shown === shown) return [];
    const detail = `was not shown to ${agent} (${lane}) as it was written: "${text.head}"`;
    return [{ invariant: 'addressed', about: id, detail }];
  });
}

import { next, type Delivery, type DeliveryEvent, type JournalLine } from '../mail/delivery.js';
import { PUSHED_RING } from '../protocol/limits.js';

/** What a shim that attaches again has passed on to its client. */
export interface PassedOn {
  /** Ids of messages, the last {@link PUSHED_RING} of them. */
  ids: ReadonlySet<string>;
  /** Since when all that its agent was shown has gone through it, epoch milliseconds. */
  since: number | undefined;
}

/**
 * Messages that count as seen by a tool result which the shim has not passed on: a daemon writes down
 * that they are seen when it has written the result, and was killed before the shim had read it, or
 * before it had read from the shim that the request had been given up.
 *
 * @param past what the journal tells, by message id; brought up to date
 * @returns what the journal lacks, for it to note
 */
export function takeBackLost(past: Map<string, Delivery>, passedOn: PassedOn): JournalLine[] {
  const { ids, since } = passedOn;
  if (since === undefined) return [];
  const at = new Date().toISOString();
  const dropped: DeliveryEvent = { event: 'dropped' };
  // Of what was settled before these, the shim may have forgotten that it passed it on.
  const byTime = [...past].sort(([, a], [, b]) => Date.parse(a.at) - Date.parse(b.at));
  const last = byTime.slice(-PUSHED_RING);
  return last.flatMap(([id, { state, at: settledAt, history }]) => {
    if (state.name !== 'seen' || ids.has(id) || Date.parse(settledAt) < since) return [];
    const now = next(state, dropped); // of other evidence the shim is no part
    if (now === undefined) return [];
    const line = { id, at, ...dropped };
    past.set(id, { state: now, at, history: [...history, line] });
    return [line];
  });
}

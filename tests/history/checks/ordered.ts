import type { Send } from '../entry.js';
import type { History } from '../history.js';
import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';

/**
 * What one agent sends another is shown in its order. Two messages have an order if they are of one
 * stream, or if the first was accepted before the second was sent. What is offered again comes later.
 */
export function checkOrdered({ history, bySend, stored }: Ledger): Violation[] {
  const found: Violation[] = [];
  /** Of all shown so far, from one agent to another: the last place of sending, by stream and at all. */
  const latest = new Map<string, { n: number; id: string }>();
  const shown = new Set<string>();
  for (const { n, agent, id, repeated } of history.of('shown')) {
    const sending = bySend.get(id);
    if (sending === undefined || shown.has(`${agent} ${id}`)) continue;
    shown.add(`${agent} ${id}`);
    const { send, answeredAt = Infinity } = sending;
    const pair = `${send.from} ${agent}`;
    const inStream = `${pair} ${send.stream}`;
    const [same, any] = [latest.get(inStream), latest.get(pair)];
    const to = stored.get(id)?.[0]?.to;
    if (!repeated && !isForwarded(history, sending.send, agent, n, to)) {
      const younger =
        same !== undefined && same.n > send.n
          ? same
          : any !== undefined && any.n > answeredAt
            ? any
            : undefined;
      if (younger !== undefined) {
        const detail = `from ${send.from} was shown to ${agent} after ${younger.id}, which was sent later`;
        found.push({ invariant: 'ordered', about: id, detail });
      }
    }
    for (const key of [pair, inStream]) {
      if ((latest.get(key)?.n ?? -1) < send.n) latest.set(key, { n: send.n, id });
    }
  }
  return found;
}

/**
 * Mail for another name than the agent has waits until it takes that one. What it has already moves
 * along when it is renamed, and is left behind when a later session begins with another name.
 */
function isForwarded(
  history: History,
  send: Send & { n: number },
  agent: string,
  shownAt: number,
  to: string | undefined,
): boolean {
  if (to === undefined) return false;
  if (nameAt(history, agent, send.n) !== to) return true;
  if (send.by === 'file' && nameAt(history, agent, shownAt) !== to) return true;
  let mailbox = to;
  for (const one of history.of('named')) {
    if (one.agent !== agent || one.n < send.n || one.n > shownAt) continue;
    if (one.as === 'rename') mailbox = one.name;
    else if (one.name !== mailbox) return true;
  }
  return false;
}

function nameAt(history: History, agent: string, at: number): string | undefined {
  return history.of('named').findLast(({ agent: one, n }) => one === agent && n < at)?.name;
}

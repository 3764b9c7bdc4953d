import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeLine } from '../../protocol/framing.js';
import type { LineChild } from '../../scripts/line-child.js';
import { arrivalOf } from '../arrival.js';
import { startRelay } from '../floors/start.js';
import type { Figure } from '../figure.js';
import { attachPair, emptyInbox, sendTo } from '../pair.js';
import { cpuSeconds, hasProc } from '../proc.js';
import { sandboxed } from '../sandboxed.js';
import { median } from '../stats.js';

const PER_SECOND = 1000;
const TICK_MS = 10;
const MICROSECONDS = 1e6;

/** Processor time of daemon and both shims for each message, at a thousand a second. */
export const load: Figure = {
  name: 'load',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const line = { label: `CPU per message at ${PER_SECOND}/s`, unit: 'µs' } as const;
      const goal = { of: 'ratio', max: 4 } as const;
      if (!hasProc()) return [{ ...line, ours: null, floor: null, goal }];
      const [rounds, seconds] = quick ? [2, 2] : [5, 5];
      const { daemon, sender, recipient } = await attachPair(sandbox);
      const [from, to, hub] = await startRelay(sandbox, 'hub-relay', [], 2);
      const ends = [from!, to!];
      const text = (): string => `A message of a usual length ${randomUUID()}.`;
      const say = (mark: string): Promise<unknown> => {
        const params = { name: 'send', arguments: { to: 'recipient', text: mark } };
        const arrived = arrivalOf(to!, mark);
        from!.sendLine(encodeLine({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }).trim());
        return arrived;
      };
      const [ours, floor]: [number[], number[]] = [[], []];
      for (let round = 0; round <= rounds; round += 1) {
        const count = seconds * PER_SECOND;
        const a = await costOf([daemon, sender, recipient], count, () =>
          sendTo(sender, recipient, text()),
        );
        await emptyInbox(sandbox, recipient);
        const b = await costOf([hub!, ...ends], count, () => say(text()));
        if (round === 0) continue; // warm-up
        ours.push(a);
        floor.push(b);
      }
      return [{ ...line, ours: median(ours), floor: median(floor), goal }];
    }),
};

/** Lets messages come at an even pace; microseconds of all these processes for each. */
async function costOf(
  children: readonly LineChild[],
  count: number,
  send: () => Promise<unknown>,
): Promise<number> {
  const cpu = (): number => children.reduce((sum, { pid }) => sum + cpuSeconds(pid!), 0);
  const before = cpu();
  const start = performance.now();
  const sent: Promise<unknown>[] = [];
  while (sent.length < count) {
    const due = Math.min(count, ((performance.now() - start) * PER_SECOND) / 1000);
    while (sent.length < due) sent.push(send());
    await sleep(TICK_MS);
  }
  await Promise.all(sent);
  return ((cpu() - before) * MICROSECONDS) / count;
}

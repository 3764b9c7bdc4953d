import { join } from 'node:path';
import { durableWriter, TEXT } from '../floors/durable-writer.js';
import type { Figure, Line } from '../figure.js';
import { attachPair, emptyInbox, sendTo } from '../pair.js';
import { sandboxed } from '../sandboxed.js';
import { median, overRounds } from '../stats.js';

/** `send` until it is acknowledged: the message survives a power cut then. */
export const durable: Figure = {
  name: 'durable',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const { sender, recipient } = await attachPair(sandbox);
      const write = durableWriter(join(sandbox.dir, 'floor'));
      const send = (): Promise<void> => sendTo(sender, recipient, TEXT);
      const [rounds, few, many] = quick ? [3, 50, 300] : [7, 200, 1000];

      await batch(send, 100, 32); // warm-up
      await emptyInbox(sandbox, recipient);
      const floor: Batch[] = [];
      const by = new Map<number, Batch[]>([1, 32, 256].map((inFlight) => [inFlight, []]));
      for (let round = 0; round < rounds; round += 1) {
        floor.push(await batch(write, few, 1));
        for (const [inFlight, batches] of by) {
          batches.push(await batch(send, inFlight === 1 ? few : many, inFlight));
          await emptyInbox(sandbox, recipient);
        }
      }
      const p50 = (batches: Batch[]): number =>
        overRounds(
          batches.map(({ took }) => took),
          median,
        );
      const rate = (batches: Batch[]): number => median(batches.map(({ perSecond }) => perSecond));
      const rateOf = (inFlight: number, min: number): Line => ({
        label: `durable sends, ${inFlight} in flight`,
        unit: '/s',
        ours: rate(by.get(inFlight)!),
        floor: rate(floor),
        goal: { of: 'ratio', min },
      });
      return [
        {
          label: 'send to durable acknowledgement, p50',
          unit: 'ms',
          ours: p50(by.get(1)!),
          floor: p50(floor),
          goal: { of: 'ratio', max: 1.3 },
        },
        rateOf(1, 1),
        rateOf(32, 4),
        rateOf(256, 6),
      ];
    }),
};

interface Batch {
  /** Milliseconds of each. */
  took: number[];
  perSecond: number;
}

async function batch(act: () => unknown, count: number, inFlight: number): Promise<Batch> {
  const took: number[] = [];
  const start = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await act();
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { took, perSecond: (count * 1000) / (performance.now() - start) };
}

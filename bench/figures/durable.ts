import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import type { Figure, Line } from '../figure.js';
import { attachPair, emptyInbox, sendTo } from '../pair.js';
import { sandboxed } from '../sandboxed.js';
import { median, overRounds } from '../stats.js';

const TEXT = 'A message of a usual length, to be kept whatever happens.';

/** `send` until it is acknowledged: the message survives a power cut then. */
export const durable: Figure = {
  name: 'durable',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const { sender, recipient } = await attachPair(sandbox);
      const write = durableWriter(join(sandbox.dir, 'floor'));
      const send = (): Promise<void> => sendTo(sender, recipient, TEXT);
      const [rounds, few, many] = quick ? [3, 50, 200] : [7, 200, 1000];

      await batch(send, 100, 32); // warm-up
      await emptyInbox(sandbox, recipient);
      const floor: Batch[] = [];
      const one: Batch[] = [];
      const flood: Batch[] = [];
      for (let round = 0; round < rounds; round += 1) {
        floor.push(await batch(write, few, 1));
        one.push(await batch(send, few, 1));
        await emptyInbox(sandbox, recipient);
        flood.push(await batch(send, many, 32));
        await emptyInbox(sandbox, recipient);
      }
      const p50 = (batches: Batch[]): number =>
        overRounds(
          batches.map(({ took }) => took),
          median,
        );
      const rate = (batches: Batch[]): number => median(batches.map(({ perSecond }) => perSecond));
      const lines: Pick<Line, 'label' | 'unit' | 'ours' | 'floor'>[] = [
        { label: 'send acknowledged, p50', unit: 'ms', ours: p50(one), floor: p50(floor) },
        { label: 'sends, 1 in flight', unit: '/s', ours: rate(one), floor: rate(floor) },
        { label: 'sends, 32 in flight', unit: '/s', ours: rate(flood), floor: rate(floor) },
      ];
      return lines.map((line) => ({ ...line, goal: null }));
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

/** What durable delivery costs at the least, one after the other: the calls of maildir(5). */
function durableWriter(dir: string): () => void {
  const [tmp, inbox] = [join(dir, 'tmp'), join(dir, 'inbox')];
  for (const path of [tmp, inbox]) mkdirSync(path, { recursive: true, mode: 0o700 });
  return () => {
    const id = newMessageId();
    const file = join(tmp, id);
    const message = createMessage({ id, from: 'sender', to: 'recipient', text: TEXT });
    const fd = openSync(file, 'wx', 0o600);
    writeSync(fd, encodeMessage(message));
    fsyncSync(fd);
    closeSync(fd);
    linkSync(file, join(inbox, id));
    unlinkSync(file);
    const folder = openSync(inbox, 'r');
    fsyncSync(folder);
    closeSync(folder);
  };
}

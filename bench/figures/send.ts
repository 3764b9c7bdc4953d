import { randomUUID } from 'node:crypto';
import { encodeLine } from '../../protocol/framing.js';
import { arrivalOf } from '../arrival.js';
import type { Figure } from '../figure.js';
import { startRelay } from '../floors/start.js';
import { measureLatency } from '../latency.js';
import { attachPair, sendTo } from '../pair.js';
import { sandboxed } from '../sandboxed.js';

/** The `send` tool is called, the text comes out of the recipient's shim. */
export const send: Figure = {
  name: 'send',
  measure: (options) =>
    sandboxed(async (sandbox) => {
      const { sender, recipient } = await attachPair(sandbox);
      const ours = async (): Promise<number> => {
        const mark = randomUUID();
        const arrived = arrivalOf(recipient, mark);
        const start = performance.now();
        const answered = sendTo(sender, recipient, `A message of a usual length ${mark}.`);
        // The disk work that follows the push must not weigh on the floor: wait for both.
        const [end] = await Promise.all([arrived, answered]);
        return end - start;
      };

      const [from, to] = await startRelay(sandbox, 'hub-relay', [], 2);
      const floor = async (): Promise<number> => {
        const mark = randomUUID();
        const args = { to: 'recipient', text: `A message of a usual length ${mark}.` };
        const params = { name: 'send', arguments: args };
        const arrived = arrivalOf(to!, mark);
        const start = performance.now();
        from!.sendLine(encodeLine({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }).trim());
        return (await arrived) - start;
      };
      return measureLatency('send to stdout', { p50: 2, p99: 3 }, options, ours, floor);
    }),
};

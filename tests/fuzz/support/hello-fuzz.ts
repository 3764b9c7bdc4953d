import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import {
  attachPair,
  goodHello,
  RawConnection,
  tokenOf,
} from '../../integration/connections/support.js';
import { newSeed } from './chance.js';
import { storm, type StormReport } from './hello-storm.js';
import { WatchedDaemon } from './watched-daemon.js';

/** Connections at a time: many, and fewer than the strangers that a daemon bears with. */
const WIDTH = 64;

/** Parts of the inputs; after each, honest clients are served. The first one is the warm-up. */
const PARTS = 6;

/** Between two honest commands. */
const PROBE_MS = 100;

/**
 * What may be left in memory. A nonce of a hello that was good is kept for two minutes: some 150
 * bytes, with the table's spare room twice as much. Apart from that nothing may stay of an input; a
 * leak of 100 bytes each would be many times the noise, which was seen to be below 700 kB.
 */
const NOISE_BYTES = 1_500_000;
const BYTES_PER_NONCE = 400;
const BYTES_PER_INPUT = 30;

/** The log is looked at every 4 s, and set aside with 5 MiB. */
const LOG_BYTES = 64 * 1024 * 1024;

/**
 * Says so many hellos, of which most are none, to a real daemon over its real socket. It must neither
 * end nor hang nor grow, and honest clients get in throughout.
 */
export async function fuzzHello(t: TestContext, inputs: number): Promise<void> {
  const seed = newSeed();
  const sandbox = sandboxFor(t);
  const daemon = await WatchedDaemon.start(sandbox);
  const pair = await attachPair(sandbox);
  const total: StormReport = { kinds: {}, welcomed: 0, refused: 0, silent: 0, faults: [] };
  const quietFiles = daemon.openFiles();
  let warm = await daemon.heap();
  let afterWarmUp = 0;
  let welcomedWarm = 0;
  let served = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const storming = storm({
      socket: daemon.daemon.rendezvous.socket,
      token: tokenOf(sandbox),
      seed,
      from: Math.round((part * inputs) / PARTS),
      to: Math.round(((part + 1) * inputs) / PARTS),
      width: WIDTH,
    });
    served += await serveDuring(storming, sandbox, daemon.pid);
    const report = await storming;
    add(total, report);
    assert.deepEqual(report.faults, []);
    assert.equal(daemon.daemon.ended, undefined, 'the daemon lives');
    await pair.exchange(`after part ${part}`);
    await daemon.settled(quietFiles);
    if (part > 0) continue;
    warm = await daemon.heap();
    afterWarmUp = sum(total);
    welcomedWarm = total.welcomed;
  }
  const heap = await daemon.heap();
  const growth = heap.used + heap.outside - warm.used - warm.outside;
  t.diagnostic(
    `${inputs} points tried (hellos), seed ${seed}: ${total.welcomed} welcomed, ${total.refused} refused, ` +
      `${total.silent} without an answer, ${served} commands served meanwhile; the heap grew by ${growth} bytes, the log has ${daemon.logBytes()}`,
  );
  assert.equal(sum(total), inputs);
  const room =
    NOISE_BYTES +
    BYTES_PER_INPUT * (inputs - afterWarmUp) +
    BYTES_PER_NONCE * (total.welcomed - welcomedWarm);
  assert.ok(growth < room, `the heap grew by ${growth} bytes, more than ${room}`);
  assert.ok(daemon.logBytes() < LOG_BYTES);
  assert.deepEqual([pair.ann.stray, pair.ben.stray], [[], []]);
}

/**
 * Asks for the status, as commands do, again and again until `storming` is over.
 *
 * @returns how often
 */
async function serveDuring(
  storming: Promise<unknown>,
  sandbox: Sandbox,
  pid: number,
): Promise<number> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  storming.then(over, over);
  for (let served = 0; ; served += 1) {
    const honest = await RawConnection.open(sandbox);
    await honest.greet(goodHello(sandbox));
    honest.send({ jsonrpc: '2.0', id: 1, method: 'status' });
    const { result } = await honest.line(({ id }) => id === 1, 'status');
    assert.equal((result as { pid: number }).pid, pid);
    honest.socket.destroy();
    if (isOver) return served;
    await sleep(PROBE_MS);
  }
}

function sum({ welcomed, refused, silent }: StormReport): number {
  return welcomed + refused + silent;
}

function add(total: StormReport, part: StormReport): void {
  for (const [kind, count] of Object.entries(part.kinds)) {
    total.kinds[kind] = (total.kinds[kind] ?? 0) + count;
  }
  total.welcomed += part.welcomed;
  total.refused += part.refused;
  total.silent += part.silent;
}

/** JSON-RPC after an honest hello, to a real daemon: control methods, and the MCP of a session. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attachPair,
  goodHello,
  RawConnection,
  sessionFacts,
  tokenOf,
} from '../integration/connections/support.js';
import { until } from '../support/events.js';
import { sandboxFor, type Sandbox } from '../support/sandbox.js';
import { newSeed } from './support/chance.js';
import { requestInput, type RequestInput } from './support/request-input.js';
import { WatchedDaemon } from './support/watched-daemon.js';

const INPUTS = Number(process.env['FUZZ_REQUESTS']) || 10_000;

/** Lines by one connection, and connections at a time. */
const LINES = 100;
const WIDTH = 4;

/** A daemon that owes an answer for so long hangs. */
const PATIENCE_MS = 30_000;

/**
 * What may be left in memory, of all together. Agents and messages that have come about stay known; a
 * leak of a connection or of what waits in one would be larger.
 */
const ROOM_BYTES = 4_000_000;

for (const kind of ['control', 'session'] as const) {
  const count = INPUTS / 2;
  test(`${count} requests of a ${kind} connection that make no sense harm nobody`, async (t) => {
    const seed = newSeed();
    const sandbox = sandboxFor(t);
    const daemon = await WatchedDaemon.start(sandbox);
    const pair = await attachPair(sandbox);
    await pair.exchange('before'); // each has a spare file for the next message now
    const files = daemon.openFiles();
    let warm = await daemon.heap();
    const talks = Array.from({ length: Math.ceil(count / LINES) }, (_, n) => n * LINES);
    const warmUp = talks.splice(0, Math.ceil(talks.length / 4));
    for (const some of [warmUp, talks]) {
      const queue = some.values();
      const work = async (): Promise<void> => {
        for (const from of queue) await talk(sandbox, kind, seed, from);
      };
      await Promise.all(Array.from({ length: WIDTH }, work));
      await pair.exchange(`after ${some.length}`);
      await daemon.settled(files);
      if (some === warmUp) warm = await daemon.heap();
    }
    const heap = await daemon.heap();
    const growth = heap.used + heap.outside - warm.used - warm.outside;
    t.diagnostic(
      `${count} points tried (lines), seed ${seed}; the heap grew by ${growth} bytes, the log has ${daemon.logBytes()}`,
    );
    assert.ok(growth < ROOM_BYTES, `the heap grew by ${growth} bytes`);
    assert.equal(daemon.daemon.ended, undefined, 'the daemon lives');
    assert.deepEqual([pair.ann.stray, pair.ben.stray], [[], []]);
  });
}

/** One connection that sends its lines at once and goes when all are answered that must be. */
async function talk(
  sandbox: Sandbox,
  kind: 'control' | 'session',
  seed: number,
  from: number,
): Promise<void> {
  const connection = await RawConnection.open(sandbox);
  if (kind === 'control') await connection.greet(goodHello(sandbox));
  else await begin(sandbox, connection);
  const inputs = Array.from({ length: LINES }, (_, n) => requestInput(kind, seed, from + n));
  for (const { bytes } of inputs) connection.send(bytes);
  const method = kind === 'control' ? 'status' : 'ping';
  connection.send({ jsonrpc: '2.0', id: 'last', method });
  const where = `lines ${from} to ${from + LINES - 1} of seed ${seed}`;
  const owed = new Set(inputs.filter(({ answer }) => answer === 'one').map(({ id }) => id));
  const asked = new Set<unknown>(['last', ...inputs.map(({ id }) => id)]);
  await until(
    () => {
      assert.ok(!connection.closed, `cut off: ${where}`);
      const answered = new Set(connection.lines.map(({ id }) => id));
      return answered.has('last') && [...owed].every((id) => answered.has(id));
    },
    `answer to each of ${where}`,
    PATIENCE_MS,
  );
  checkAnswers(connection, asked, inputs, where);
  assert.ok(!JSON.stringify(connection.lines).includes(tokenOf(sandbox)), 'the token was told');
  connection.socket.destroy();
}

/** Every answer is one, and nobody is answered twice. */
function checkAnswers(
  connection: RawConnection,
  asked: ReadonlySet<unknown>,
  inputs: readonly RequestInput[],
  where: string,
): void {
  const answers = connection.lines.filter((line) => !('method' in line) && !('cc2cc' in line));
  const counts = new Map<unknown, number>();
  for (const { id, jsonrpc, result, error } of answers) {
    assert.equal(jsonrpc, '2.0');
    assert.ok((result === undefined) !== (error === undefined), JSON.stringify({ id, where }));
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const id of asked) {
    assert.ok((counts.get(id) ?? 0) <= 1, `${String(id)} was answered twice: ${where}`);
  }
  assert.ok(answers.length <= inputs.length + 3, `more answers than requests: ${where}`);
}

/** A session whose client has begun; what it is asked is not answered. */
async function begin(sandbox: Sandbox, connection: RawConnection): Promise<void> {
  await connection.greet(goodHello(sandbox, sessionFacts('fuzz')));
  const clientInfo = { name: 'fuzz', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  connection.send({ jsonrpc: '2.0', id: 'begin', method: 'initialize', params });
  await connection.line(({ id }) => id === 'begin', 'answer to initialize');
  connection.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
}

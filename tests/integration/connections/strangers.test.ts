/** Connections that cannot prove themselves: each is refused with its reason, the others go on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Hello } from '../../../protocol/hello.js';
import { PROTOCOL } from '../../../protocol/limits.js';
import { proofOf } from '../../../protocol/token.js';
import { daemonPids } from '../../support/daemon.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import {
  attachPair,
  goodHello,
  RawConnection,
  sessionFacts,
  tokenOf,
  type Pair,
} from './support.js';

let sandbox: Sandbox;
let pair: Pair;
let pids: number[];

before(async () => {
  sandbox = makeSandbox();
  pair = await attachPair(sandbox);
  pids = daemonPids(sandbox);
});
after(() => sandbox.cleanup());

/** The daemon is the same and serves both sessions, over the connections that they had. */
async function assertUnnoticed(word: string): Promise<void> {
  await pair.exchange(word);
  assert.deepEqual(daemonPids(sandbox), pids);
  assert.deepEqual([pair.ann.stray, pair.ben.stray], [[], []]);
}

/** A hello with wrong fields and a proof that fits them. */
function proven(change: Partial<Hello>): Hello {
  const hello = { ...goodHello(sandbox), ...change };
  return { ...hello, proof: proofOf(tokenOf(sandbox), 'client', hello.nonce, hello.time) };
}

const FIRST_LINES: [string, () => string | Buffer | object, string][] = [
  ['no JSON', () => 'GET / HTTP/1.1\r\n', 'E_PROTOCOL'],
  ['bytes that are no text', () => Buffer.from([0, 0xff, 0xfe, 0x80, 0x0a]), 'E_PROTOCOL'],
  ['a number', () => '1\n', 'E_PROTOCOL'],
  ['null', () => 'null\n', 'E_PROTOCOL'],
  ['a JSON-RPC request', () => ({ jsonrpc: '2.0', id: 1, method: 'initialize' }), 'E_PROTOCOL'],
  ['a deep nest', () => `${'['.repeat(100_000)}\n`, 'E_PROTOCOL'],
  [
    'a hello without a nonce',
    () => proven({ nonce: undefined as unknown as string }),
    'E_PROTOCOL',
  ],
  ['an unknown kind', () => proven({ kind: 'root' as 'control' }), 'E_PROTOCOL'],
  ['a session without facts', () => proven({ kind: 'session' }), 'E_PROTOCOL'],
  ['a proof of another token', () => ({ ...goodHello(sandbox), proof: 'a'.repeat(64) }), 'E_TOKEN'],
  ['no proof', () => ({ ...goodHello(sandbox), proof: '' }), 'E_TOKEN'],
  [
    'a proof for another nonce',
    () => ({ ...goodHello(sandbox), nonce: '0'.repeat(32) }),
    'E_TOKEN',
  ],
  [
    "a daemon's proof",
    () => {
      const hello = goodHello(sandbox);
      return { ...hello, proof: proofOf(tokenOf(sandbox), 'daemon', hello.nonce, hello.time) };
    },
    'E_TOKEN',
  ],
  ['a hello of an hour ago', () => proven({ time: Date.now() - 3_600_000 }), 'E_TOKEN'],
  ['a hello of the future', () => proven({ time: Date.now() + 3_600_000 }), 'E_TOKEN'],
];

for (const [what, line, code] of FIRST_LINES) {
  test(`${what} instead of a hello: ${code}`, async () => {
    const stranger = await RawConnection.open(sandbox);
    stranger.send(line());
    const refusal = await stranger.refusal();
    assert.equal(refusal.code, code, refusal.message);
    assert.ok(!stranger.lines.some(({ cc2cc }) => cc2cc === 'welcome'));
    assert.ok(!JSON.stringify(stranger.lines).includes(tokenOf(sandbox)), 'the token stays here');
    await assertUnnoticed(`after ${what}`);
  });
}

test('a hello is good once', async () => {
  const hello = goodHello(sandbox, sessionFacts('copycat'));
  const first = await RawConnection.open(sandbox);
  await first.greet(hello);
  const second = await RawConnection.open(sandbox);
  second.send(hello);
  const refusal = await second.refusal();
  assert.equal(refusal.code, 'E_TOKEN');
  assert.match(refusal.message!, /used before/);
  assert.equal(first.closed, false, 'who said it first keeps the connection');
  first.socket.destroy();
  await assertUnnoticed('after the copy');
});

test('another protocol number is told apart, with both numbers and what to do', async () => {
  for (const [protocol, hint] of [
    [PROTOCOL + 1, /cc2cc-daemon restart/],
    [PROTOCOL - 1, /Restart the session/],
  ] as const) {
    const stranger = await RawConnection.open(sandbox);
    // Of a hello to come nothing else may be known.
    stranger.send({ cc2cc: 'hello', protocol, version: '9.9.9', shape: 'unknown' });
    const refusal = await stranger.refusal();
    assert.equal(refusal.code, 'E_PROTOCOL');
    assert.match(
      refusal.message!,
      new RegExp(`protocol ${PROTOCOL}, .*9\\.9\\.9.* ${protocol}\\.`),
    );
    assert.match(refusal.hint!, hint);
  }
  await assertUnnoticed('after the other protocols');
});

test('half a hello and then silence, and silence from the start, end at the deadline', async () => {
  const half = await RawConnection.open(sandbox);
  const text = JSON.stringify(goodHello(sandbox));
  half.send(text.slice(0, text.length / 2));
  const mute = await RawConnection.open(sandbox);
  await assertUnnoticed('while they keep silent');
  assert.deepEqual([half.closed, mute.closed], [false, false], 'they have their time');
  for (const refusal of await Promise.all([half.refusal(), mute.refusal()])) {
    assert.equal(refusal.code, 'E_PROTOCOL');
    assert.match(refusal.message!, /No hello came in time/);
  }
  await assertUnnoticed('after the silence');
});

test('a hello in single bytes is as good as another', async () => {
  const slow = await RawConnection.open(sandbox);
  slow.socket.setNoDelay(true);
  const line = `${JSON.stringify(goodHello(sandbox))}\r\n`;
  for (const byte of line) await new Promise((resolve) => slow.socket.write(byte, resolve));
  await slow.line(({ cc2cc }) => cc2cc === 'welcome', 'welcome');
  slow.send({ jsonrpc: '2.0', id: 7, method: 'status' });
  const { result } = await slow.line(({ id }) => id === 7, 'status');
  assert.equal((result as { pid: number }).pid, pids[0]);
  slow.socket.destroy();
});

test('three hundred strangers at once, and honest clients still get in', async () => {
  const crowd: RawConnection[] = [];
  for (let i = 0; i < 300; i += 1) crowd.push(await RawConnection.open(sandbox));
  for (const stranger of crowd) stranger.send('{"half":');
  await assertUnnoticed('in the crowd');
  const honest = await RawConnection.open(sandbox);
  await honest.greet(goodHello(sandbox));
  for (const stranger of crowd) stranger.socket.destroy();
});

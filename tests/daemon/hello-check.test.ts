import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { helloChecker, type Greeting } from '../../daemon/hello-check.js';
import { Cc2ccError, type ErrorCode } from '../../protocol/errors.js';
import { makeHello, type SessionFacts } from '../../protocol/hello.js';
import { proofOf } from '../../protocol/token.js';

const TOKEN = 'f'.repeat(64);
const FACTS: SessionFacts = {
  attachKey: '0123456789abcdef'.repeat(2),
  pid: 7,
  ppid: 6,
  cwd: '/work',
  messaging: false,
  channels: ['server:cc2cc'],
};

type Fields = Record<string, unknown>;

/** A hello with other fields; its proof is made anew when the fields that it covers change. */
function helloWith(fields: Fields, session?: SessionFacts): Fields {
  const hello = { ...makeHello(TOKEN, session), ...fields };
  const { nonce, time } = hello;
  const proof = proofOf(TOKEN, 'client', String(nonce), Number(time));
  return { ...hello, proof, ...fields };
}

const line = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function refused(check: (line: Buffer) => Greeting, given: Buffer, code: ErrorCode): Cc2ccError {
  let thrown: unknown;
  try {
    check(given);
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof Cc2ccError, `${given.toString()}: ${String(thrown)}`);
  assert.equal(thrown.code, code, given.toString());
  return thrown;
}

test('a good hello is understood: a session with its facts, a control connection', () => {
  const check = helloChecker(TOKEN);
  const reattach = { name: 'ann', listed: true, tools: 'x', pushed: ['msg-1'] };
  const facts = { ...FACTS, projectDir: '/p', sessionId: 's', reattach };
  const hello = makeHello(TOKEN, facts);
  const { nonce, time } = hello;
  assert.deepEqual(check(line(hello)), { nonce, time, session: facts });
  assert.equal(check(line(makeHello(TOKEN))).session, undefined);
  const newer = helloWith({ surprise: 1 }, { ...FACTS, surprise: 2 } as SessionFacts);
  assert.deepEqual(check(line(newer)).session, FACTS);
});

test('a hello without the token, or with the proof of the other side, is refused', () => {
  const check = helloChecker(TOKEN);
  refused(check, line(makeHello('e'.repeat(64))), 'E_TOKEN');
  const hello = makeHello(TOKEN);
  const daemons = proofOf(TOKEN, 'daemon', hello.nonce, hello.time);
  for (const proof of [daemons, '', 'x', 'é'.repeat(64), hello.proof.slice(1)]) {
    refused(check, line({ ...hello, proof }), 'E_TOKEN');
  }
  refused(check, line({ ...hello, time: hello.time + 1 }), 'E_TOKEN');
  check(line(hello)); // who could not prove the token did not use up its nonce
});

test('a hello is good once', () => {
  const check = helloChecker(TOKEN);
  const hello = line(makeHello(TOKEN, FACTS));
  check(hello);
  for (let i = 0; i < 3; i += 1) refused(check, hello, 'E_TOKEN');
});

test('a hello is good for a minute, and one of the future cannot be kept for later', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const check = helloChecker(TOKEN);
  const made = line(makeHello(TOKEN));
  const fresh = line(helloWith({ time: 1_000_000 + 55_000, nonce: 'a'.repeat(32) }));
  check(fresh);
  t.mock.timers.setTime(1_000_000 + 60_001);
  refused(check, made, 'E_TOKEN');
  check(line(makeHello(TOKEN))); // whose coming makes the table forget what is old
  refused(check, fresh, 'E_TOKEN');
  refused(check, line(helloWith({ time: Date.now() + 60_001 })), 'E_TOKEN');
});

test('another protocol is told apart from nonsense, and who should be restarted', () => {
  const check = helloChecker(TOKEN);
  const older = refused(check, line(helloWith({ protocol: 0 }, FACTS)), 'E_PROTOCOL');
  assert.match(`${older.message} ${older.hint}`, /speaks protocol 1.*Restart the session/);
  const newer = refused(check, line({ cc2cc: 'hello', protocol: 2, version: '9' }), 'E_PROTOCOL');
  assert.match(`${newer.message} ${newer.hint}`, /cc2cc-daemon restart/);
  // Another version may ask for the status and tell this one to make room.
  assert.equal(check(line(helloWith({ protocol: 2 }))).session, undefined);
});

test('a field that is missing, of another type or too long is refused', () => {
  const check = helloChecker(TOKEN);
  const outer: Fields[] = [
    { nonce: 'short' },
    { nonce: undefined },
    { time: 'now' },
    { time: 1.5 },
    { proof: 7 },
    { kind: 'visitor' },
    { kind: undefined },
    { version: 'x'.repeat(101) },
    { session: undefined },
    { session: [] },
  ];
  for (const fields of outer) refused(check, line(helloWith(fields, FACTS)), 'E_PROTOCOL');
  const facts: Fields[] = [
    { attachKey: 'A'.repeat(32) },
    { attachKey: '../x' },
    { pid: '7' },
    { cwd: 'x'.repeat(5000) },
    { channels: 'server:cc2cc' },
    { channels: Array(33).fill('x') },
    { messaging: 'yes' },
    { reattach: { listed: true, pushed: ['../x'] } },
    { reattach: { listed: true, pushed: Array(2001).fill('msg-1') } },
    { reattach: { pushed: [] } },
  ];
  for (const fields of facts) {
    refused(check, line(helloWith({ session: { ...FACTS, ...fields } }, FACTS)), 'E_PROTOCOL');
  }
});

test('random lines raise nothing but typed errors', () => {
  const check = helloChecker(TOKEN);
  const field = fc.oneof(fc.jsonValue(), fc.constantFrom('hello', 'session', 'control', 1));
  const keys = ['cc2cc', 'protocol', 'version', 'kind', 'nonce', 'time', 'proof', 'session'];
  const changed = fc
    .tuple(fc.subarray(keys), fc.array(field, { minLength: keys.length, maxLength: keys.length }))
    .map(([names, values]) => Object.fromEntries(names.map((name, i) => [name, values[i]])))
    .map((fields) => line({ ...makeHello(TOKEN, FACTS), ...fields }));
  const bytes = fc.oneof(
    changed,
    fc.jsonValue().map(line),
    fc.uint8Array().map((array) => Buffer.from(array)),
    fc.nat(100_000).map((depth) => Buffer.from('['.repeat(depth))),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        check(given);
      } catch (error) {
        assert.ok(error instanceof Cc2ccError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

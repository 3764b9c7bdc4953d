import { createHmac } from 'node:crypto';
import { Chance } from './chance.js';
import { mutated, spliced } from './mutate.js';
import { oddValue, withOddValues } from './odd-value.js';

/** What a stranger sends to a daemon, and how. */
export interface HelloInput {
  kind: string;
  /** Written one after another. */
  chunks: Buffer[];
  /** Milliseconds between the chunks; undefined: at once. */
  pause: number | undefined;
  /** Hangs up as soon as all is written, without waiting for an answer. */
  leaves: boolean;
  /** A hello as a shim or a command says it: it must be welcomed. */
  honest: boolean;
}

/** `MAX_HELLO_BYTES`, which is written down here a second time. */
const CAP = 256 * 1024;

/** Names of sessions are few: each has a mailbox on the disk. */
const NAMES = ['fox', 'owl', 'cat', 'dog', 'bee', 'elk', 'ant', 'cow'];

type Fields = Record<string, unknown>;
type Kind = (token: string, chance: Chance) => Partial<HelloInput> & { bytes: Buffer };

/** How often, of 1000, and how. */
const KINDS: readonly [number, string, Kind][] = [
  [20, 'honest', (token, chance) => ({ bytes: line(hello(token, chance)), honest: true })],
  [
    10,
    'honest, in pieces',
    (token, chance) => ({
      bytes: line(hello(token, chance)),
      pause: chance.below(3),
      honest: true,
    }),
  ],
  [
    330,
    'odd fields, proven',
    (token, chance) => {
      const fields = withOddValues(hello(token, chance), chance);
      return { bytes: line(proven(fields, token)) };
    },
  ],
  [
    100,
    'odd fields, not proven',
    (token, chance) => ({ bytes: line(withOddValues(hello(token, chance), chance)) }),
  ],
  [
    250,
    'bytes changed',
    (token, chance) => ({
      bytes: Buffer.concat([mutated(line(hello(token, chance)), chance), NL]),
    }),
  ],
  [
    80,
    'two hellos spliced',
    (token, chance) => {
      const [a, b] = [line(hello(token, chance)), line(hello(token, chance))];
      return { bytes: Buffer.concat([spliced(a, b, chance), NL]) };
    },
  ],
  [
    80,
    'any bytes',
    (_token, chance) => {
      const bytes = chance.bytes(chance.below(400));
      // Without a newline nothing is read of it before the deadline.
      return chance.is(50) ? { bytes: Buffer.concat([bytes, X, NL]) } : { bytes, leaves: true };
    },
  ],
  [40, 'any JSON', (_token, chance) => ({ bytes: line(oddValue(chance) ?? 'nothing') })],
  [
    50,
    'cut short',
    (token, chance) => {
      const bytes = line(hello(token, chance));
      return { bytes: bytes.subarray(0, chance.below(bytes.length)), leaves: true };
    },
  ],
  [
    29,
    'a good hello, and more behind it',
    (token, chance) => {
      const more = Array.from({ length: chance.between(1, 5) }, () => behind(chance));
      return { bytes: Buffer.concat([line(hello(token, chance)), ...more]), honest: true };
    },
  ],
  [
    8,
    'about as long as a hello may be',
    (token, chance) => {
      const text = JSON.stringify(hello(token, chance));
      const length = CAP + chance.between(-2, 2);
      return { bytes: Buffer.from(`${text.padEnd(length)}\n`), honest: length <= CAP };
    },
  ],
  [3, 'huge', (_token, chance) => ({ bytes: Buffer.alloc(chance.between(CAP, 8 * CAP), 0x5b) })],
];

const NL = Buffer.from('\n');
const X = Buffer.from('x');
const TOTAL = KINDS.reduce((sum, [often]) => sum + often, 0);

/** Input number `at` of a seed. But for the time in it, it is the same every time. */
export function helloInput(token: string, seed: number, at: number): HelloInput {
  const chance = new Chance(seed, at);
  let left = chance.below(TOTAL);
  const [, kind, make] = KINDS.find(([often]) => (left -= often) < 0) ?? KINDS[0]!;
  const { bytes, pause, leaves = false, honest = false } = make(token, chance);
  const isSlow = pause !== undefined || chance.is(2);
  return {
    kind,
    chunks: isSlow ? pieces(bytes, chance) : [bytes],
    pause: isSlow ? (pause ?? chance.below(3)) : undefined,
    // Half a line is waited for until the deadline, for which tests/integration/connections has a test.
    leaves: leaves || !hasLine(bytes) || (!honest && chance.is(5)),
    honest,
  };
}

/** Whether something stands before a newline. */
function hasLine(bytes: Buffer): boolean {
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  return bytes.length > CAP || lines.some((text) => text.replace(/\r$/, '') !== '');
}

/** A hello as the specification describes it, made without the product's own code. */
function hello(token: string, chance: Chance): Fields {
  const isSession = chance.is(25);
  const fields = {
    cc2cc: 'hello',
    protocol: 1,
    version: '0.1.0',
    kind: isSession ? 'session' : 'control',
    nonce: chance.hex(32),
    time: Date.now(),
    proof: '',
    ...(isSession ? { session: session(chance) } : {}),
  };
  return proven(fields, token);
}

function session(chance: Chance): Fields {
  return {
    attachKey: chance.hex(32),
    pid: process.pid,
    ppid: process.ppid,
    cwd: '/',
    wantedName: chance.one(NAMES),
    messaging: chance.is(50),
    channels: chance.is(50) ? ['server:cc2cc'] : [],
    entrypoint: chance.one(['cli', 'sdk-cli']),
    ...(chance.is(50) ? { lanes: chance.one(['channel', 'socket', 'tool', 'hook']) } : {}),
    ...(chance.is(30)
      ? {
          reattach: {
            name: chance.one(NAMES),
            listed: chance.is(50),
            pushed: Array.from({ length: chance.below(4) }, () => `msg-${chance.hex(8)}`),
          },
        }
      : {}),
  };
}

/** With the proof that fits nonce and time, whatever these are. */
function proven(fields: Fields, token: string): Fields {
  const { nonce, time } = fields;
  return { ...fields, proof: proofFor(token, nonce, time) };
}

/** What the specification says of a proof, written down a second time. */
export function proofFor(token: string, nonce: unknown, time: unknown): string {
  return createHmac('sha256', token)
    .update(`cc2cc hello 1 client ${primitive(nonce)} ${primitive(time)}`)
    .digest('hex');
}

function primitive(value: unknown): string {
  return typeof value === 'string' ? value : stringified(value);
}

/** Lines that come before the daemon has answered the hello. */
function behind(chance: Chance): Buffer {
  return chance.one([
    () => line(oddValue(chance) ?? 1),
    () => line({ jsonrpc: '2.0', id: 1, method: chance.one(['status', 'initialize', 'ping']) }),
    () => Buffer.concat([chance.bytes(30), NL]),
    () => Buffer.from('{"half":'),
  ])();
}

function line(value: unknown): Buffer {
  return Buffer.from(`${stringified(value)}\n`);
}

/** `toJSON` may be a field like any other. */
function stringified(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function pieces(bytes: Buffer, chance: Chance): Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const length = bytes.length > 4096 ? chance.between(1000, 60_000) : chance.between(1, 200);
    found.push(bytes.subarray(from, from + length));
    from += length;
  }
  return found;
}

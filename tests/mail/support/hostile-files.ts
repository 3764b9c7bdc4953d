import fc from 'fast-check';
import { signatureFor } from './oracle.js';

type Fields = Record<string, unknown>;

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/);
const id = fc.stringMatching(/^msg-[A-Za-z0-9_-]{1,64}$/);
const two = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));

/** Times that are right, and some that almost are. */
const rightTime = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
  .map((d) => d.toISOString());
const anyTime = fc
  .tuple(
    fc.constantFrom('2026', '2028', '1900', '2000', '0000', '026'),
    two(0, 13),
    two(0, 32),
    fc.constantFrom('T', ' ', 't'),
    two(0, 25),
    two(0, 61),
    fc.constantFrom('', ':00', ':59.5', ':60', ':00.', ':0', ':00.1234567890123'),
    fc.constantFrom('', 'Z', 'z', '+02:00', '-23:59', '+24:00', '+0200', '+02'),
  )
  .map(([y, mo, d, t, h, mi, s, z]) => `${y}-${mo}-${d}${t}${h}:${mi}${s}${z}`);
const time = fc.oneof({ weight: 4, arbitrary: rightTime }, { weight: 1, arbitrary: anyTime });

/** A good message; every field that may be missing is, now and then. */
export const message: fc.Arbitrary<Fields> = fc.record(
  {
    id,
    timestamp: time,
    from: name,
    to: name,
    type: fc.constantFrom('message', 'task', 'response', 'status'),
    priority: fc.constantFrom('low', 'normal', 'high', 'critical'),
    identity: fc.option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })),
    task: fc.option(fc.record({ title: fc.string() })),
    content: fc.record(
      { text: fc.string({ unit: 'grapheme' }), parts: fc.array(fc.jsonValue(), { maxLength: 2 }) },
      { requiredKeys: ['text'] },
    ),
    replyTo: fc.option(id),
    ttl: fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, max: 1e9 })),
    thread: id,
    hops: fc.nat(1000),
    broadcast: fc.boolean(),
    awaited: fc.boolean(),
    extra: fc.jsonValue(),
  },
  { requiredKeys: ['id', 'from', 'to', 'content'] },
);

/** What stands where something else should. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    Infinity,
    -0,
    1001,
    [],
    {},
    true,
    'Ann',
    '-ann',
    '../x',
    'a'.repeat(31),
    'a'.repeat(32),
    'ann\n',
    'msg-',
    'msg-1',
    'msg-1\n',
    'msg-../x',
    `msg-${'x'.repeat(65)}`,
    'MSG-1',
    'x'.repeat(201),
    'urgent',
    { text: 1 },
    { text: '' },
    { text: 'x', parts: {} },
    { text: 'ENC:' },
    '2026-11-20T10:00',
    '2026-02-29T10:00:00Z',
    'tomorrow',
  ),
  fc.jsonValue(),
  time,
);
const field = fc.constantFrom(
  'id',
  'timestamp',
  'from',
  'to',
  'type',
  'priority',
  'identity',
  'task',
  'content',
  'replyTo',
  'ttl',
  'signature',
  'thread',
  'hops',
  'broadcast',
  'awaited',
  '__proto__',
  'constructor',
);

const changed: fc.Arbitrary<Fields> = fc
  .tuple(message, fc.array(fc.tuple(field, fc.option(odd, { nil: undefined })), { maxLength: 2 }))
  .map(([fields, changes]) => {
    // JSON.parse makes own properties also of `__proto__`, and so does this.
    const entries = new Map(Object.entries(fields));
    for (const [key, value] of changes) {
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
    }
    return Object.fromEntries(entries);
  });

/** @param key signs a part of them; some of those are then tampered with */
export function hostileFile(key: string): fc.Arbitrary<Buffer> {
  const encode = (fields: Fields, indent: number): Buffer =>
    Buffer.from(JSON.stringify(fields, null, indent) ?? '');
  const signed = message.map((fields) => ({
    ...fields,
    signature: signatureFor(plain(fields), key),
  }));
  const tampered = fc
    .tuple(signed, field, odd)
    .map(([fields, at, value]) => ({ ...fields, [at]: value }));
  const objects = fc.oneof(message, signed, changed, tampered);
  const whole = fc.tuple(objects, fc.constantFrom(0, 2)).map(([fields, n]) => encode(fields, n));
  const torn = fc
    .tuple(whole, fc.nat(), fc.nat(8), fc.uint8Array({ maxLength: 8 }))
    .map(([bytes, at, gone, put]) => {
      const start = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + gone)]);
    });
  const nested = fc
    .tuple(message, fc.integer({ min: 25, max: 60 }), fc.constantFrom(['[', ']'], ['{"a":', '}']))
    .map(([fields, n, [open, close]]) => {
      const value = `${open.repeat(n)}${open === '[' ? '' : '1'}${close.repeat(n)}`;
      return Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"deep":${value}}`);
    });
  // A field twice, of which the last counts, and numbers that JSON.stringify never writes.
  const literal = fc.oneof(
    odd.map((value) => JSON.stringify(value) ?? 'null'),
    fc.constantFrom('1e999', '-1e999', '-0', '1E2', '1e-999', '"msg-\\u0041"', '"\\ud800"'),
  );
  const doubled = fc
    .tuple(message, field, literal)
    .map(([fields, at, text]) =>
      Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"${at}":${text}}`),
    );
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 2, arbitrary: doubled },
    { weight: 4, arbitrary: torn },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: whole.map((bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes])) },
  );
}

/** As it is after it was written and read: -0 is 0, and what JSON cannot hold is null. */
function plain(fields: Fields): Fields {
  return JSON.parse(JSON.stringify(fields)) as Fields;
}

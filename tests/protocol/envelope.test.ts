import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  byQueueOrder,
  createMessage,
  encodeMessage,
  expiresAt,
  MESSAGE_TYPES,
  parseMessage,
  PRIORITIES,
  sentAt,
  type Draft,
} from '../../protocol/envelope.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { derivedMessageId, newMessageId } from '../../protocol/ids.js';
import { MAX_TEXT_BYTES } from '../../protocol/limits.js';

const least = { id: 'msg-1', from: 'ann', to: 'ben', content: { text: 'hi' } };

test('what a hand-written message leaves out has its default', () => {
  const { timestamp, ...message } = parseMessage(least);
  assert.ok(Number.isFinite(Date.parse(timestamp)));
  assert.deepEqual(message, {
    ...least,
    content: { text: 'hi', parts: [] },
    type: 'message',
    priority: 'normal',
    ttl: 3600,
  });
});

test('unknown fields are kept, at the top and in content, identity and task', () => {
  const given = {
    ...least,
    timestamp: '2026-01-02T03:04:05+02:00',
    x: [1],
    content: { text: 'hi', parts: [{ a: 1 }], lang: 'en' },
    identity: { agent: 'ann', team: 't' },
    task: { id: 'task-1', any: null },
  };
  const message = parseMessage(given);
  assert.deepEqual(message, { ...given, type: 'message', priority: 'normal', ttl: 3600 });
});

test('a hostile value is refused, and the error names the field', () => {
  const wrong: [field: string, value: unknown][] = [
    ['id', 'msg-a/b'],
    ['id', '../../x'],
    ['id', undefined],
    ['id', 'a'],
    ['from', '../x'],
    ['from', 'Ann'],
    ['from', ['ann']],
    ['from', undefined],
    ['to', '/etc/passwd'],
    ['to', 'x'.repeat(32)],
    ['to', 'ben\n'],
    ['timestamp', 'yesterday'],
    ['timestamp', 5],
    ['timestamp', '2026-13-01T00:00:00Z'],
    ['type', 'shout'],
    ['priority', 'urgent'],
    ['identity', 'ann'],
    ['task', 3],
    ['content', 'hi'],
    ['content', { parts: [] }],
    ['content', { text: 7 }],
    ['content', { text: 'hi', parts: 'none' }],
    ['content', { text: 'x'.repeat(MAX_TEXT_BYTES + 1) }],
    ['content', { text: 'é'.repeat(MAX_TEXT_BYTES / 2) + 'x' }],
    ['replyTo', '../msg-1'],
    ['thread', 'msg-/'],
    ['ttl', -1],
    ['ttl', '60'],
    ['ttl', Infinity],
    ['hops', -1],
    ['hops', 1.5],
    ['hops', 1e6],
    ['signature', 'x'.repeat(201)],
  ];
  for (const [field, value] of wrong) {
    assert.throws(
      () => parseMessage({ ...least, [field]: value }),
      (error) =>
        error instanceof Cc2ccError &&
        error.code === 'E_MESSAGE' &&
        error.message.startsWith(field) &&
        error.message.length < 300,
      `${field}: ${JSON.stringify(value)?.slice(0, 60)}`,
    );
  }
  for (const value of [null, 5, 'x', [], [least]]) {
    assert.throws(() => parseMessage(value), Cc2ccError);
  }
});

test('a text of the limit in bytes passes', () => {
  const text = 'é'.repeat(MAX_TEXT_BYTES / 2);
  assert.equal(parseMessage({ ...least, content: { text } }).content.text, text);
});

test('a prototype in a file stays a field of the file', () => {
  const hostile = JSON.parse(`{"__proto__":{"polluted":1},${JSON.stringify(least).slice(1)}`);
  parseMessage(hostile);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('whatever is parsed, it raises nothing but a typed error, and each time makes sense', () => {
  const any = fc.oneof(
    fc.anything(),
    fc.record({
      id: fc.constantFrom('msg-1', 'msg-017f22e2-79b0-7cc3-98c4-dc0c0c07398f'),
      from: fc.constantFrom('ann', '..'),
      to: fc.constant('ben'),
      timestamp: fc.oneof(
        fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:?\d\d)?$/),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      content: fc.record({ text: fc.string(), parts: fc.array(fc.anything()) }),
      ttl: fc.oneof(fc.double(), fc.constant(0)),
    }),
  );
  fc.assert(
    fc.property(any, (value) => {
      let message;
      try {
        message = parseMessage(value);
      } catch (error) {
        assert.ok(error instanceof Cc2ccError, String(error));
        return;
      }
      assert.ok(Number.isFinite(sentAt(message)), message.timestamp);
      assert.ok(!Number.isNaN(expiresAt(message)));
    }),
    { numRuns: 1000 },
  );
});

const draft: fc.Arbitrary<Draft> = fc.record(
  {
    id: fc.nat(9).map((n) => derivedMessageId([1_700_000_000_000 + (n % 3), n % 2], String(n))),
    from: fc.constantFrom('ann', 'b-2'),
    to: fc.constantFrom('ben', 'x'),
    text: fc.string({ unit: 'binary' }),
    at: fc.integer({ min: 0, max: 4e12 }),
    type: fc.constantFrom(...MESSAGE_TYPES),
    priority: fc.constantFrom(...PRIORITIES),
    replyTo: fc.constant('msg-r'),
    thread: fc.constant('msg-t'),
    hops: fc.nat(16),
    ttl: fc.nat(100_000),
    mode: fc.constantFrom('session', 'daemon'),
  },
  { requiredKeys: ['id', 'from', 'to', 'text'] },
);

test('a message that we make passes the schema unchanged, also through its file form', () => {
  fc.assert(
    fc.property(draft, (given) => {
      const message = createMessage(given);
      assert.deepEqual(parseMessage(message), message);
      const read = parseMessage(JSON.parse(encodeMessage(message).toString()));
      // A lone surrogate has no UTF-8 form; everything else comes back as it was.
      assert.deepEqual(read, JSON.parse(JSON.stringify(message)));
      assert.equal(expiresAt(message) === Infinity, message.ttl === 0);
    }),
  );
});

test('queue order: the time of the id, else the timestamp, then the id; a total order', () => {
  const byHand = fc.record({
    id: fc.constantFrom('msg-a', 'msg-b', 'msg-c'),
    from: fc.constant('ann'),
    to: fc.constant('ben'),
    text: fc.constant(''),
    at: fc.constantFrom(1_699_999_999_999, 1_700_000_000_001),
  });
  const message = fc.oneof(draft, byHand).map(createMessage);
  fc.assert(
    fc.property(message, message, message, (a, b, c) => {
      assert.equal(Math.sign(byQueueOrder(a, b)), -Math.sign(byQueueOrder(b, a)) + 0);
      if (byQueueOrder(a, b) <= 0 && byQueueOrder(b, c) <= 0) assert.ok(byQueueOrder(a, c) <= 0);
      assert.equal(byQueueOrder(a, b) === 0, a.id === b.id && sentAt(a) === sentAt(b));
    }),
  );
  const [early, late] = [newMessageId(), newMessageId()].sort();
  const old = createMessage({ ...least, text: '', id: late!, at: 1 }); // its timestamp lies
  assert.ok(byQueueOrder(createMessage({ ...least, text: '', id: early! }), old) < 0);
});

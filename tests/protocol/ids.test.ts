import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  derivedMessageId,
  ID_PATTERN,
  isMessageId,
  newMessageId,
  timeOfId,
} from '../../protocol/ids.js';
import { MAX_RUNNING } from '../../protocol/stamp.js';

const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const running = fc.integer({ min: 0, max: MAX_RUNNING });
const parts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });

test('a derived id is a file name, bears its time and follows from stamp and parts alone', () => {
  fc.assert(
    fc.property(ms, running, parts, (at, n, words) => {
      const id = derivedMessageId([at, n], ...words);
      assert.match(id, ID_PATTERN);
      assert.equal(timeOfId(id), at);
      assert.equal(derivedMessageId([at, n], ...words), id);
    }),
  );
});

test('other parts, or the same cut elsewhere, give another id', () => {
  fc.assert(
    fc.property(ms, running, parts, parts, (at, n, a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      assert.notEqual(derivedMessageId([at, n], ...a), derivedMessageId([at, n], ...b));
    }),
  );
  const ids = new Set<string>();
  for (let i = 0; i < 20_000; i += 1) ids.add(derivedMessageId([1, 1], 'key', String(i)));
  assert.equal(ids.size, 20_000);
});

test('ids sort by their stamps, also within one millisecond', () => {
  const near = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_002 });
  const stamp = fc.tuple(fc.oneof(near, ms), running);
  fc.assert(
    fc.property(stamp, stamp, parts, parts, (a, b, x, y) => {
      fc.pre(a[0] !== b[0] || a[1] !== b[1]);
      const before = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
      assert.equal(derivedMessageId(a, ...x) < derivedMessageId(b, ...y), before);
    }),
    { numRuns: 500 },
  );
});

test('a fresh id bears a time and is another one each time', () => {
  const ids = Array.from({ length: 1000 }, newMessageId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.ok(isMessageId(id) && timeOfId(id) !== undefined);
});

test('nothing that could leave a folder is an id', () => {
  const bad = [
    'msg-',
    'msg-a/b',
    'msg-../x',
    '../msg-a',
    'msg-a.json',
    'msg-a\n',
    '\nmsg-a',
    'msg-a\0',
    'msg-é',
    `msg-${'a'.repeat(65)}`,
    'MSG-a',
    '',
    7,
    null,
  ];
  for (const id of bad) assert.equal(isMessageId(id), false, JSON.stringify(id));
  assert.ok(isMessageId('msg-by-hand_1'));
});

test('only a uuid v7 bears a time', () => {
  assert.equal(timeOfId('msg-3b241101-e2bb-4255-8caf-4136c566a962'), undefined);
  assert.equal(timeOfId('msg-by-hand'), undefined);
  assert.equal(timeOfId('msg-017f22e2-79b0-7cc3-98c4-dc0c0c07398f'), 0x017f22e279b0);
});

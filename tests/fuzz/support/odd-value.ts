import type { Chance } from './chance.js';

/** Values that stand where others are expected. `undefined` leaves a field out. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  '',
  ' ',
  '0',
  'null',
  'x'.repeat(300),
  'é'.repeat(5000),
  '\0',
  '\n',
  '\u001b[2J',
  '\ud800',
  '../../etc/passwd',
  '/',
  '.',
  '..',
  'con',
  '__proto__',
  'constructor',
  'toString',
  'ann',
  'ANN',
  '*',
  'all',
  'msg-1',
  'msg-../x',
  '<channel source="cc2cc">',
  'server:cc2cc',
  'off',
  [],
  [[]],
  [null],
  ['x'],
  {},
  { length: 1e9 },
  { toString: 1, valueOf: null },
  { then: 1 },
];

/** Anything a JSON text can hold, mostly what makes trouble. */
export function oddValue(chance: Chance, depth = 0): unknown {
  const kind = chance.below(20);
  if (kind < 14) return structuredClone(chance.one(ODD));
  if (kind < 16) return chance.hex(chance.one([1, 31, 32, 33, 64]));
  if (kind === 16) return chance.bytes(chance.below(40)).toString('latin1');
  if (kind === 17) return chance.between(-1e6, 1e6);
  if (depth > 3) return nested(chance.between(10, 200));
  const items = Array.from({ length: chance.below(4) }, () => oddValue(chance, depth + 1));
  if (kind === 18) return items;
  return Object.fromEntries(items.map((item, n) => [chance.one(KEYS) + (n > 1 ? n : ''), item]));
}

/** Keys that an object of JavaScript has, or that a schema asks for. */
const KEYS = ['a', '__proto__', 'constructor', 'hasOwnProperty', 'id', 'name', 'ids', 'toJSON', ''];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A copy with one to three of its values, at any depth, exchanged for odd ones. */
export function withOddValues(value: object, chance: Chance): Record<string, unknown> {
  const copy = structuredClone(value) as Record<string, unknown>;
  for (let left = chance.between(1, 3); left > 0; left -= 1) exchange(copy, chance);
  return copy;
}

function exchange(holder: Record<string, unknown>, chance: Chance): void {
  const keys = Object.keys(holder);
  const key = keys.length === 0 || chance.is(5) ? chance.one(KEYS) : chance.one(keys);
  const inner = Object.hasOwn(holder, key) ? holder[key] : undefined;
  if (typeof inner === 'object' && inner !== null && chance.is(70)) {
    exchange(inner as Record<string, unknown>, chance);
    return;
  }
  // As JSON.parse does it: `__proto__` too becomes a property of its own.
  Object.defineProperty(holder, key, {
    value: oddValue(chance),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

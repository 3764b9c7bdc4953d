import type { Chance } from './chance.js';

/** What parsers stumble over. */
const TOKENS = [
  '\0',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\r',
  '\r\n',
  '\n',
  'null',
  'true',
  '-0',
  '1e999',
  '-1',
  '9007199254740993',
  '123456789012345678901234567890',
  '"__proto__":{"x":1},',
  '"constructor":{"prototype":{"x":1}},',
  '\u2028',
  '😀',
  'é',
].map((token) => Buffer.from(token));

type Change = (bytes: Buffer, chance: Chance) => Buffer;

const CHANGES: readonly Change[] = [
  // a bit
  (bytes, chance) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) {
      const at = chance.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
    }
    return copy;
  },
  // a byte
  (bytes, chance) => put(bytes, chance.below(bytes.length + 1), 1, chance.bytes(1)),
  // something more
  (bytes, chance) => put(bytes, chance.below(bytes.length + 1), 0, chance.one(TOKENS)),
  (bytes, chance) =>
    put(bytes, chance.below(bytes.length + 1), chance.below(9), chance.one(TOKENS)),
  (bytes, chance) =>
    put(bytes, chance.below(bytes.length + 1), 0, chance.bytes(chance.between(1, 16))),
  // something less
  (bytes, chance) =>
    put(bytes, chance.below(bytes.length + 1), chance.between(1, 32), Buffer.alloc(0)),
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) => bytes.subarray(chance.below(bytes.length + 1)),
  // a part twice
  (bytes, chance) => {
    const from = chance.below(bytes.length + 1);
    const part = bytes.subarray(from, from + chance.between(1, 64));
    return put(bytes, chance.below(bytes.length + 1), 0, part);
  },
];

/** The bytes after one to four changes. */
export function mutated(bytes: Buffer, chance: Chance): Buffer {
  let changed = bytes;
  for (let left = chance.between(1, 4); left > 0; left -= 1) {
    changed = chance.one(CHANGES)(changed, chance);
  }
  return changed;
}

/** The beginning of one and the end of another. */
export function spliced(a: Buffer, b: Buffer, chance: Chance): Buffer {
  return Buffer.concat([
    a.subarray(0, chance.below(a.length + 1)),
    b.subarray(chance.below(b.length + 1)),
  ]);
}

function put(bytes: Buffer, at: number, gone: number, what: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at + gone)]);
}

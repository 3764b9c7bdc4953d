import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { parseRules } from '../../mail/rules.js';
import { validateBytes } from '../../mail/validate.js';
import { gateByFiles } from '../../mail/gate.js';
import { checkBy, parseBy } from '../../protocol/check-by.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { tempFolder } from './support/temp-folder.js';

/** What a schema measures without asking what it is; no number can be made of it. */
const LENGTH = { length: { toString: 1, valueOf: null } };

const SCHEMAS: [string, z.ZodType][] = [
  ['short text', z.string().max(3)],
  ['long text', z.string().min(3)],
  ['short list', z.array(z.string()).max(3)],
  ['long list', z.array(z.string()).min(1)],
  ['one of two', z.union([z.string(), z.array(z.string()).min(1)])],
  ['field', z.object({ x: z.string().max(3).optional() })],
];

for (const [what, schema] of SCHEMAS) {
  test(`a value on which a schema throws does not fit: ${what}`, () => {
    const value = what === 'field' ? { x: LENGTH } : LENGTH;
    assert.throws(
      () => schema.safeParse(value),
      TypeError,
      'zod has mended it: away with check-by',
    );
    assert.equal(checkBy(schema, value).success, false);
    assert.throws(() => parseBy(schema, value), z.ZodError);
  });
}

test('what fits comes through, and what does not is told as the schema tells it', () => {
  const schema = z.object({ x: z.string().max(3) });
  assert.deepEqual(checkBy(schema, { x: 'abc', y: 1 }), { success: true, data: { x: 'abc' } });
  const { error } = checkBy(schema, { x: 7 }) as { error: z.ZodError };
  assert.deepEqual(error.issues[0]?.path, ['x']);
});

test('a rules.json with such a value is a bad one, and no reason to end', () => {
  const bytes = Buffer.from(JSON.stringify({ quiet: LENGTH }));
  assert.throws(
    () => parseRules(bytes),
    (error) => error instanceof Cc2ccError && error.code === 'E_USAGE',
  );
});

test('a message with such a value is refused', (t) => {
  const message = {
    id: 'msg-1',
    from: 'ann',
    to: 'ben',
    content: { text: 'x' },
    signature: LENGTH,
  };
  const settings = { signatures: 'accept', encrypt: false, newSenders: 'accept' } as const;
  const rules = { ...gateByFiles(tempFolder(t), settings), hasKey: false };
  const about = { file: '-', mtime: new Date(), changedAt: 0 };
  assert.equal(validateBytes(Buffer.from(JSON.stringify(message)), about, rules).valid, false);
});

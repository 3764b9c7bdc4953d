import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkSignature, signatureOf } from '../../mail/signing.js';

const KEY = 'k'.repeat(64);

/** RFC 8785 for what JSON.parse gives, written a second time. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  const of = (key: string): unknown => (value as Record<string, unknown>)[key];
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(of(key))}`).join(',')}}`;
}

const record = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => {
  const { signature, ...rest } = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  void signature;
  return rest;
});

test('a signature is the HMAC of the canonical JSON', () => {
  fc.assert(
    fc.property(record, (message) => {
      const digest = createHmac('sha256', KEY).update(canonical(message)).digest('hex');
      assert.equal(signatureOf(message, KEY), `hmac-sha256:${digest}`);
    }),
  );
});

test('the example of RFC 8785 is signed as any other implementation would', () => {
  const message = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  ) as object;
  const text =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';
  const digest = createHmac('sha256', KEY).update(text).digest('hex');
  assert.equal(signatureOf(message, KEY), `hmac-sha256:${digest}`);
});

test('what is signed is verified whatever the order of its fields, by any honoured key', () => {
  fc.assert(
    fc.property(record, (message) => {
      const signed = { signature: signatureOf(message, KEY), ...message };
      const reversed = Object.fromEntries(Object.entries(signed).reverse());
      assert.equal(checkSignature(signed, [KEY]), 'verified');
      assert.equal(checkSignature(reversed, ['other', KEY]), 'verified');
      assert.equal(checkSignature(signed, ['other']), 'invalid');
      assert.equal(checkSignature(signed, []), 'invalid');
    }),
  );
});

test('any change of what is signed is found', () => {
  fc.assert(
    fc.property(record, fc.string(), fc.jsonValue(), (message, field, value) => {
      const before = JSON.stringify(message[field]);
      const after = JSON.parse(JSON.stringify({ value })) as { value: unknown };
      fc.pre(field !== 'signature' && field !== '__proto__');
      fc.pre(before === undefined || canonical(message[field]) !== canonical(after.value));
      const signed = { ...message, [field]: after.value, signature: signatureOf(message, KEY) };
      assert.equal(checkSignature(signed, [KEY]), 'invalid');
    }),
  );
});

test('what is no signature is none, and what is a wrong one is invalid', () => {
  const right = signatureOf({ a: 1 }, KEY);
  for (const [signature, state] of [
    [undefined, 'unsigned'],
    [null, 'unsigned'],
    ['', 'invalid'],
    [1, 'invalid'],
    [[right], 'invalid'],
    [right.toUpperCase(), 'invalid'],
    [right.slice(0, -1), 'invalid'],
    [`${right} `, 'invalid'],
    [right.replace('sha256', 'sha512'), 'invalid'],
    ['é'.repeat(38), 'invalid'],
    [right, 'verified'],
  ] as const) {
    assert.equal(checkSignature({ a: 1, signature }, [KEY]), state, String(signature));
  }
  assert.equal(checkSignature({ a: Infinity, signature: right }, [KEY]), 'invalid');
});

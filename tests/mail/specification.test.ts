import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decryptText } from '../../mail/encryption.js';
import { checkSignature, signatureOf } from '../../mail/signing.js';

const KEY = '0123456789abcdef'.repeat(4);
const SPECIFICATION = readFileSync(
  new URL('../../../docs/SPECIFICATION.md', import.meta.url),
  'utf8',
);

/** The first block of code after a text. */
function blockAfter(text: string): string {
  const [, rest = ''] = SPECIFICATION.split(text);
  return /```\w*\n([^]*?)\n```/.exec(rest)?.[1] ?? '';
}

test('the worked examples of the specification are right', () => {
  const [canonical = '', signature] = blockAfter('four times as the key:').split('\n');
  assert.equal(signatureOf(JSON.parse(canonical) as object, KEY), signature);
  const message = JSON.parse(blockAfter('as it lies in the inbox, signed')) as Record<
    string,
    unknown
  >;
  assert.equal(checkSignature(message, [KEY]), 'verified');
  const encrypted = blockAfter('With the key above, `grüß dich` can be');
  assert.equal(decryptText(encrypted, [KEY]), 'grüß dich');
});

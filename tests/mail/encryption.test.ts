import assert from 'node:assert/strict';
import { createCipheriv, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { decryptText, encryptText, isEncrypted } from '../../mail/encryption.js';

test('what is encrypted is decrypted by its own secret only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const encrypted = encryptText(text, 'secret');
      assert.ok(isEncrypted(encrypted));
      assert.equal(decryptText(encrypted, ['another', 'secret']), text);
      assert.equal(decryptText(encrypted, ['another']), undefined);
    }),
  );
});

test('a text of the original’s form is decrypted', () => {
  const iv = Buffer.from('000102030405060708090a0b', 'hex');
  const cipher = createCipheriv('aes-256-gcm', scryptSync('s3cret', 'cc2cc-aes', 32), iv);
  const bytes = Buffer.concat([cipher.update('grüß dich', 'utf8'), cipher.final()]);
  const text = `ENC:${iv.toString('hex')}:${cipher.getAuthTag().toString('hex')}:${bytes.toString('hex')}`;
  assert.equal(decryptText(text, ['s3cret']), 'grüß dich');
});

test('any change of an encrypted text is found', () => {
  const encrypted = encryptText('the password is swordfish', 'secret');
  fc.assert(
    fc.property(
      fc.nat(encrypted.length - 5),
      fc.constantFrom(...'0123456789abcdef'),
      (at, digit) => {
        const place = at + 4;
        fc.pre(encrypted[place] !== ':' && encrypted[place] !== digit);
        const changed = encrypted.slice(0, place) + digit + encrypted.slice(place + 1);
        assert.equal(decryptText(changed, ['secret']), undefined);
      },
    ),
  );
});

test('what only looks like an encrypted text is left alone', () => {
  for (const text of [
    '',
    'ENC:',
    'ENC:00:00:00',
    'ENC: see below',
    ' ENC:',
    'enc:00',
    'ENC:zz:zz:zz',
  ]) {
    assert.equal(decryptText(text, ['secret']), undefined);
    assert.equal(isEncrypted(text), false);
  }
});

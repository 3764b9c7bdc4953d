import assert from 'node:assert/strict';
import { createCipheriv, scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { decryptText, encryptText, isEncrypted } from '../../mail/encryption.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { Cipher } from '../support/original/cipher.js';

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

test('a tag that was cut, moved or left out is no tag', () => {
  const [, iv, tag = '', bytes] = encryptText('swordfish', 'secret').split(':');
  for (const short of [0, 2, 8, 24, 26, 28, 30].map((digits) => tag.slice(0, digits))) {
    assert.equal(decryptText(`ENC:${iv}:${short}:${bytes}`, ['secret']), undefined, short);
  }
  for (const parts of [
    [iv, tag, ''],
    [iv, bytes, tag],
    [tag, iv, bytes],
    [`${iv}00`, tag, bytes],
    [iv, tag],
  ]) {
    assert.equal(decryptText(['ENC', ...parts].join(':'), ['secret']), undefined);
  }
});

test('no two texts have one iv, also where they are alike', () => {
  const texts = Array.from({ length: 5_000 }, () => encryptText('', 'secret'));
  const ivs = new Set(texts.map((text) => text.split(':')[1]));
  assert.equal(ivs.size, texts.length);
  assert.ok([...ivs].every((iv) => iv?.length === 24));
});

test('a text of many megabytes is judged, whatever its end', () => {
  const head = `ENC:${'0'.repeat(24)}:${'0'.repeat(32)}:`;
  for (const end of ['', '0', 'g', '\n']) {
    const text = head + 'ab'.repeat(3 * 1024 * 1024) + end;
    assert.equal(isEncrypted(text), end === '');
    assert.equal(decryptText(text, ['secret']), undefined);
  }
});

test('the original reads ours, and we read the original’s', (t) => {
  const root = tempFolder(t);
  writeFileSync(join(root, 'secret.key'), '  a key of its own making \n');
  const original = new Cipher(root, true);
  for (const text of ['', 'x', 'grüß dich', '🐟\0\u202e', 'long '.repeat(20_000), 'ENC:']) {
    assert.equal(original.decrypt(encryptText(text, 'a key of its own making')), text);
    assert.equal(decryptText(original.encrypt(text), ['a key of its own making']), text);
  }
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

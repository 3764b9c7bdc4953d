/** What hostile texts and many rotations cost: a key is derived once. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { MAX_FORMER_KEYS, newKey, readFormerKeys, writeFormerKeys } from '../../mail/key-files.js';
import { Keyring } from '../../mail/keyring.js';
import { createMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

/** Of the right form, and by nobody's key. */
const HOSTILE = `ENC:${'0'.repeat(24)}:${'0'.repeat(32)}:${'ab'.repeat(100)}`;

/** More than were remembered once, and not more than a test should wait for. */
const KEYS = 20;

/** As many rotations leave it, but for the time that their syncs take. */
function replaceOften(root: string, count: number): void {
  const retiredAt = new Date().toISOString();
  const last = readFormerKeys(root);
  const others = Array.from({ length: count - last.length }, () => {
    return { key: newKey(), retiredAt, until: null };
  });
  writeFormerKeys(root, [...others, ...last]);
}

test('however many texts nobody can read, each key is derived once', (t) => {
  const root = tempFolder(t);
  replaceOften(root, KEYS);
  const ring = new Keyring(root, { encrypt: true });
  ring.ensure();
  const derive = t.mock.method(crypto, 'scryptSync');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (let n = 0; n < 3; n += 1) assert.equal(ring.reveal(HOSTILE), HOSTILE);
  assert.equal(derive.mock.callCount(), KEYS + 1);
});

test('a root has so many former keys and no more: the file of them stays one that is read', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root);
  const message = createMessage({ id: newMessageId(), from: 'ann', to: 'ben', text: 'hello' });
  const oldest = ring.seal(message);
  ring.rotate(Infinity);
  replaceOften(root, MAX_FORMER_KEYS);
  const last = ring.seal(message);
  assert.throws(
    () => {
      ring.rotate(Infinity);
    },
    { code: 'E_LIMIT', hint: /cc2cc cleanup/ },
  );
  assert.equal(readFormerKeys(root).length, MAX_FORMER_KEYS);
  const reader = new Keyring(root);
  for (const sealed of [oldest, last]) assert.equal(reader.check({ ...sealed }), 'verified');
});

import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formerKeysPath, keyPath } from '../../mail/key-files.js';
import { Keyring } from '../../mail/keyring.js';
import { createMessage, type Message } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const message = (text = 'hello'): Message =>
  createMessage({ id: newMessageId(), from: 'ann', to: 'ben', text });
const asRead = (sealed: Message): Record<string, unknown> =>
  JSON.parse(JSON.stringify(sealed)) as Record<string, unknown>;
const HOUR = 3_600_000;

test('a key is made once, 0600, and all rings of the root agree', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root);
  assert.equal(ring.ensure(), true);
  assert.equal(ring.ensure(), false);
  assert.match(readFileSync(keyPath(root), 'utf8'), /^[0-9a-f]{64}\n$/);
  assert.equal(statSync(keyPath(root)).mode & 0o777, 0o600);
  assert.equal(new Keyring(root).check(asRead(ring.seal(message()))), 'verified');
});

test('the key of the original is used as it is, and closed to others', (t) => {
  const root = tempFolder(t);
  writeFileSync(keyPath(root), '  my secret \n');
  chmodSync(keyPath(root), 0o644);
  const sealed = asRead(new Keyring(root).seal(message()));
  assert.equal(readFileSync(keyPath(root), 'utf8'), '  my secret \n');
  assert.equal(statSync(keyPath(root)).mode & 0o777, 0o600);
  const other = tempFolder(t);
  writeFileSync(keyPath(other), 'my secret');
  assert.equal(new Keyring(other).check(sealed), 'verified');
});

test('a key that is removed under a running process comes back', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root);
  const sealed = asRead(ring.seal(message()));
  rmSync(keyPath(root));
  assert.equal(ring.check(sealed), 'verified');
  assert.equal(ring.ensure(), true);
  assert.equal(new Keyring(root).check(sealed), 'verified');
});

test('after a rotation the old key is honoured until its time is up, the new one signs', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root);
  const another = new Keyring(root); // of a daemon that runs meanwhile
  const before = asRead(another.seal(message()));
  const now = Date.now();
  ring.rotate(now + HOUR);
  const after = asRead(ring.seal(message()));
  for (const reader of [ring, another, new Keyring(root)]) {
    assert.equal(reader.check(after), 'verified');
    assert.equal(reader.check(before), 'verified');
    assert.equal(reader.check(before, now + 2 * HOUR), 'invalid');
    assert.equal(reader.check(after, now + 2 * HOUR), 'verified');
  }
  assert.equal(statSync(formerKeysPath(root)).mode & 0o777, 0o600);
  ring.rotate(Infinity);
  assert.equal(another.check(before, now), 'verified');
  assert.equal(another.check(after, now + 1000 * HOUR), 'verified');
  assert.equal(
    ring.forget(({ until }) => until !== null),
    1,
  );
  assert.equal(new Keyring(root).check(before), 'invalid');
  assert.equal(
    ring.forget(() => true),
    1,
  );
  assert.equal(existsSync(formerKeysPath(root)), false);
});

test('encrypted texts are read by every ring, also after a rotation', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root, { encrypt: true });
  const sealed = ring.seal(message('swordfish'));
  assert.match(sealed.content.text, /^ENC:[0-9a-f:]+$/);
  assert.equal(ring.check(asRead(sealed)), 'verified');
  new Keyring(root).rotate(Date.now() + HOUR);
  assert.equal(new Keyring(root).reveal(sealed.content.text), 'swordfish');
  assert.equal(new Keyring(root).reveal('ENC:a plain text'), 'ENC:a plain text');
});

test('what is not a key of ours is neither used nor replaced', (t) => {
  for (const make of [
    (path: string) => {
      writeFileSync(`${path}.real`, 'secret');
      symlinkSync(`${path}.real`, path);
    },
    (path: string) => {
      writeFileSync(path, ' \n');
    },
    (path: string) => {
      writeFileSync(path, 'x'.repeat(70_000));
    },
  ]) {
    const root = tempFolder(t);
    make(keyPath(root));
    assert.throws(() => new Keyring(root).seal(message()), { name: 'Cc2ccError' });
    assert.throws(() => new Keyring(root).ensure(), { name: 'Cc2ccError' });
  }
  const root = tempFolder(t);
  new Keyring(root).ensure();
  writeFileSync(join(root, 'secret.key.former.json'), '{"nonsense": true}');
  assert.throws(() => new Keyring(root).seal(message()), { code: 'E_STORE' });
});

test('a key file that is spoilt under a running process keeps nobody from reading', (t) => {
  const root = tempFolder(t);
  const writer = new Keyring(root, { encrypt: true });
  const sealed = asRead(writer.seal(message('swordfish')));
  const forged = { ...sealed, priority: 'high' };
  const { text } = writer.seal(message('swordfish')).content;
  for (const spoil of [
    () => writeFileSync(keyPath(root), ''),
    () => {
      rmSync(keyPath(root));
      mkdirSync(keyPath(root));
    },
  ]) {
    const [first, second, third] = [0, 1, 2].map(() => {
      const ring = new Keyring(root);
      assert.equal(ring.ensure(), false);
      return ring;
    });
    const key = readFileSync(keyPath(root));
    spoil();
    t.mock.method(performance, 'now', () => Date.now()); // the next look is due
    assert.equal(first!.check(sealed), 'verified');
    assert.equal(second!.reveal(text), 'swordfish');
    assert.throws(() => third!.check(forged), { name: 'Cc2ccError' }); // who knows
    assert.throws(() => first!.seal(message()), { name: 'Cc2ccError' });
    rmSync(keyPath(root), { recursive: true });
    writeFileSync(keyPath(root), key);
    assert.equal(first!.check(forged), 'invalid');
    t.mock.restoreAll();
  }
});

test('without any key nothing is called invalid', (t) => {
  const [root, other] = [tempFolder(t), tempFolder(t)];
  const sealed = asRead(new Keyring(root).seal(message()));
  const ring = new Keyring(other);
  assert.equal(ring.check(sealed), 'unchecked');
  assert.equal(ring.check(asRead(message())), 'unsigned');
  ring.ensure();
  assert.equal(ring.check(sealed), 'invalid');
});

test('a key that is removed is put back before anything new is signed', (t) => {
  const root = tempFolder(t);
  const ring = new Keyring(root);
  const before = asRead(ring.seal(message()));
  rmSync(keyPath(root));
  const after = asRead(ring.seal(message()));
  for (const sealed of [before, after]) assert.equal(new Keyring(root).check(sealed), 'verified');
});

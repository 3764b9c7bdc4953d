/** What somebody can read who has a copy of a bridge root: with the key of then, and without. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { keyItems } from '../../mail/cleanup/keys.js';
import { Keyring } from '../../mail/keyring.js';
import { rotateKey } from '../../mail/rotate-key.js';
import { encodeMessage, createMessage, parseMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { Root } from './cleanup/support/root.js';

const TTL_S = 3600;

interface Scene {
  root: Root;
  keys: Keyring;
  /** Puts an encrypted message into the inbox of ben; returns its path. */
  send: (text: string) => string;
  rotate: () => void;
}

function scene(t: TestContext): Scene {
  const root = new Root(t);
  const keys = new Keyring(root.path, { encrypt: true });
  const locks = tempFolder(t);
  root.mailbox('ben');
  return {
    root,
    keys,
    send: (text) => {
      const id = newMessageId();
      const path = join(root.path, 'to-ben/inbox', `${id}.json`);
      writeFileSync(
        path,
        encodeMessage(keys.seal(createMessage({ id, from: 'ann', to: 'ben', text }))),
      );
      return path;
    },
    rotate: () => rotateKey(root.path, keys, locks, TTL_S),
  };
}

/** All texts of a root that somebody can read who has these files. */
function readable(root: string, keys: Keyring): string[] {
  const inbox = join(root, 'to-ben/inbox');
  return readdirSync(inbox)
    .sort()
    .map((file) => parseMessage(JSON.parse(readFileSync(join(inbox, file), 'utf8'))))
    .map(({ content }) => keys.reveal(content.text))
    .filter((text) => !text.startsWith('ENC:'));
}

test('a backup without the files of the keys gives no text away', (t) => {
  const { root, send, rotate, keys } = scene(t);
  send('before');
  rotate();
  send('after');
  const copy = join(tempFolder(t), 'copy');
  cpSync(root.path, copy, {
    recursive: true,
    filter: (path) => !/[/\\]secret\.key[^/\\]*$/.test(path), // as docs/SECURITY.md says
  });
  assert.deepEqual(readable(copy, new Keyring(copy)), []);
  assert.deepEqual(readable(root.path, keys), ['before', 'after']);
});

test('with an old copy and its key one reads what is old, and nothing newer', (t) => {
  const { root, send, rotate, keys } = scene(t);
  const waiting = send('before');
  const copy = join(tempFolder(t), 'copy');
  cpSync(root.path, copy, { recursive: true });
  const before = readFileSync(waiting);
  rotate();
  send('after');
  assert.deepEqual(readable(copy, new Keyring(copy)), ['before']);
  // The old key, and the root of now.
  assert.deepEqual(readable(root.path, new Keyring(copy)), ['before']);
  assert.deepEqual(readable(root.path, keys), ['before', 'after']);
  assert.deepEqual(readFileSync(waiting), before, 'what waits is not written anew');
});

test('a former key is in no file of the root any more when nothing needs it', async (t) => {
  const { root, send, rotate, keys } = scene(t);
  const path = send('before');
  const key = readFileSync(join(root.path, 'secret.key'), 'utf8').trim();
  rotate();
  const isThere = (): boolean => Object.values(root.listing()).some((text) => text.includes(key));
  await root.clean(9, { sources: [keyItems(keys)] });
  assert.ok(isThere(), 'a message needs it');
  rmSync(path);
  await root.clean(9, { sources: [keyItems(keys)] });
  assert.ok(!isThere());
});

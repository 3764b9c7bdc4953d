import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deliverMessage, ensureMailbox } from '../../mail/deliver.js';
import { expireFile, settleFile } from '../../mail/settle.js';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

test('what somebody has read while it was to expire does not count as expired', async (t) => {
  const paths = mailboxPaths(tempFolder(t), 'ben');
  ensureMailbox(paths);
  const id = newMessageId();
  const message = createMessage({ id, from: 'ann', to: 'ben', text: 'quick', ttl: 1 });
  await deliverMessage(paths, id, encodeMessage(message));
  assert.equal(settleFile(paths, id, { state: 'seen', evidence: 'command' }), true);
  expireFile(paths, id);
  assert.ok(!existsSync(paths.journal), 'the journal says nothing of an end that was none');
  assert.deepEqual(readdirSync(paths.done), [`${id}.json`]);
  assert.equal(settleFile(paths, id, { state: 'expired' }), false);
  assert.deepEqual(readdirSync(join(paths.dir, 'inbox')), []);
});

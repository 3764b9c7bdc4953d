/** What stays readable with encryption on. docs/SECURITY.md lists it; more than that must not be. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { readMessages } from '../../support/files.js';
import { sandboxFor } from '../../support/sandbox.js';
import { idOf } from '../mailbox/support/inbox.js';
import { scanFor, type Found } from './support/scan.js';

test('what an agent says of itself, names and folders are in clear, and texts are not', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ENCRYPT: '1' });
  await startDaemon(sandbox);
  const cwd = join(sandbox.work, 'word-folder');
  mkdirSync(cwd);
  const ann = await attachAgent(sandbox, { name: 'word-ann', cwd, lanes: 'tool' });
  await attachAgent(sandbox, { name: 'word-ben', lanes: 'tool' });
  await ann.call('set_summary', {
    text: 'word-summary',
    description: 'word-description',
    skills: ['word-skill'],
  });
  await ann.call('send', { to: 'word-ben', text: 'word-text', priority: 'low' });
  await ann.call('delegate_task', { to: 'word-ben', title: 'word-title', text: 'word-task' });
  const readable = ['ann', 'ben', 'folder', 'summary', 'description', 'skill'];
  const hidden = ['text', 'title', 'task'];
  const found: Found = new Map();
  scanFor(
    [...readable, ...hidden].map((word) => `word-${word}`),
    sandbox.root,
    found,
  );
  assert.deepEqual([...found.keys()].sort(), readable.map((word) => `word-${word}`).sort());
});

test('of a message all but its text is in clear, and the text’s length in bytes', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ENCRYPT: '1' });
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const first = idOf(await ann.call('send', { to: 'ben', text: 'grüß dich', priority: 'high' }));
  await ben.call('reply', { msg_id: first, text: 'gleichfalls' });
  const [reply] = readMessages(sandbox, 'ann', 'inbox');
  const { content, signature, id, timestamp, ...rest } = reply!;
  assert.deepEqual(rest, {
    ...{ from: 'ben', to: 'ann', type: 'message', priority: 'high' },
    ...{ identity: { agent: 'ben', mode: 'session' }, task: null },
    ...{ replyTo: first, ttl: 3600, thread: first, hops: 1 },
  });
  assert.ok(signature !== undefined && id !== '' && Date.parse(timestamp) > 0);
  const [, , , cipher = ''] = content.text.split(':');
  assert.equal(cipher.length, 2 * Buffer.byteLength('gleichfalls'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { dropMessage } from '../../support/files.js';
import { sandboxFor } from './support/inbox.js';

test('a backlog larger than the memory of the daemon does not end it', async (t) => {
  const sandbox = sandboxFor(t);
  // Ten thousand of 1 MiB are allowed; fewer and less memory show the same, sooner.
  for (let i = 0; i < 150; i += 1) {
    dropMessage(sandbox, 'ben', { text: `${i} ${'x'.repeat(1_000_000)}` });
  }
  const daemon = await startDaemon(sandbox, { NODE_OPTIONS: '--max-old-space-size=64' });
  const env = { CC2CC_NO_LAUNCH: '1' };
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool', env });
  const { text } = await ben.call('check_inbox');
  assert.ok(text.endsWith(' more messages wait: call check_inbox again.'));
  assert.equal(daemon.ended, undefined, daemon.stderr);
});

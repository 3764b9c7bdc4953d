import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { attachAgent, startShim } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage } from '../../support/files.js';
import { acceptedId } from '../lifecycle/support.js';
import { attachSilently, drainInbox, receiveAll, sandboxFor } from './support/inbox.js';

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

test('a thousand that wait come in the order of sending, each once, while new ones come', async (t) => {
  const sandbox = sandboxFor(t);
  const ids = Array.from({ length: 1000 }, (_, i) =>
    dropMessage(sandbox, 'ben', { text: `number ${i}.` }),
  );
  await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachSilently(sandbox, { name: 'ben' });
  ids.push(acceptedId(await ann.call('send', { to: 'ben', text: 'after them' })));
  ids.push(dropMessage(sandbox, 'ben', { text: 'by hand, after all' }));
  const notices = (): unknown[] => ben.channel.filter(({ meta }) => meta?.['event'] === 'waiting');
  await until(() => notices().length > 0, 'notice of what waits'); // a call before it has all of it
  assert.deepEqual(await receiveAll(ben, ids.length), ids);
  assert.equal(notices().length, 1, JSON.stringify(notices()));
});

test('names that tell no time: all are read before the first is shown', async (t) => {
  const sandbox = sandboxFor(t);
  const start = Date.now() - 60_000;
  const ids = Array.from({ length: 600 }, (_, i) =>
    dropMessage(sandbox, 'ben', { id: `msg-${randomUUID()}`, at: start + i }),
  );
  await startDaemon(sandbox);
  const ben = startShim(sandbox, { name: 'ben', lanes: 'tool' });
  await ben.initialize(); // on the result of any other tool, some would ride
  assert.deepEqual(await drainInbox(ben), ids);
});

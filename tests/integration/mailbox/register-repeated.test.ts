import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage } from '../../support/files.js';
import { sandboxFor } from './support/inbox.js';

test('who takes a name is warned of what its last session was shown', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  dropMessage(sandbox, 'ben', { text: 'shown before' });
  await ben.waitForMessage('shown before');
  await ben.close();
  await until(async () => /ben: away/.test((await ann.call('list_agents')).text), 'ben away');
  await ann.call('register', { name: 'ben' });
  const { content } = await ann.waitForMessage('shown before');
  assert.match(content, /possibly repeated/);
});

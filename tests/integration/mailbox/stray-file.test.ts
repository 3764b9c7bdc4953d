import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone } from '../../support/files.js';
import { statusOf } from '../lifecycle/support.js';
import { sandboxFor } from './support/inbox.js';

test('a file in the root that is called like a mailbox disturbs nothing', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '50' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  writeFileSync(join(sandbox.root, 'to-do'), 'milk');
  assert.equal((await ann.call('list_agents')).isError, false);
  dropMessage(sandbox, 'zoe', { from: 'ann', at: Date.now() - 60_000, ttl: 1 });
  await until(() => listDone(sandbox, 'zoe').length === 1, 'the expired message in done/');
  assert.deepEqual((await statusOf(sandbox)).health, { ok: true, problems: [] });
});

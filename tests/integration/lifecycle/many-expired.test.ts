import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { heartbeatPath, type Heartbeat } from '../../../protocol/heartbeat.js';
import { attachAgent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone } from '../../support/files.js';
import { makeSandbox } from '../../support/sandbox.js';
import { startSlowDaemon } from '../../support/slow-disk.js';

const EXPIRED = 60;

test('heartbeats go on while many messages expire on a slow disk', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '50' });
  t.after(() => sandbox.cleanup());
  await startSlowDaemon(sandbox, 50);
  await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  for (let i = 0; i < EXPIRED; i += 1) {
    dropMessage(sandbox, 'away', { from: 'ann', at: Date.now() - 60_000, ttl: 1 });
  }
  const beats = new Set<string>();
  await until(
    () => {
      const text = readFileSync(heartbeatPath(sandbox.root, 'ann'), 'utf8');
      const heartbeat = JSON.parse(text) as Heartbeat;
      if (listDone(sandbox, 'away').length > 0) beats.add(heartbeat.timestamp);
      return listDone(sandbox, 'away').length === EXPIRED;
    },
    'all of them in done/',
    20_000,
  );
  assert.ok(beats.size > 5, `${beats.size} heartbeats in all that time`);
});

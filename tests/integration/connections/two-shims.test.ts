import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attachAgent, nameOf } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox } from '../../support/sandbox.js';

test('two shims of one client and session do not drive each other out', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const { log } = sandbox.hostPaths();
  const attaches = (): number => readFileSync(log, 'utf8').split('"msg":"attached"').length - 1;
  // Registered twice, in two scopes or as a plugin too: one client process starts both.
  const sessionId = randomUUID();
  const one = await attachAgent(sandbox, { name: 'ann', sessionId });
  const two = await attachAgent(sandbox, { name: 'ann', sessionId });
  await until(() => attaches() >= 3, 'return of the first one');
  for (let i = 0; i < 5; i += 1) {
    const names = await Promise.all([nameOf(one), nameOf(two)]);
    assert.equal(names[1], 'ann');
    assert.notEqual(names[0], 'ann');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.equal(attaches(), 3);
});

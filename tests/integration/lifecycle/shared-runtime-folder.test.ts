import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startDaemon } from '../../support/daemon.js';
import { makeSandbox } from '../../support/sandbox.js';

test('daemons of two host ids with one runtime folder leave each other alone', async (t) => {
  if (process.platform === 'win32') {
    t.skip('pipes are no files');
    return;
  }
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '50' });
  t.after(() => sandbox.cleanup());
  const a = await startDaemon(sandbox, { CC2CC_HOST: 'host-a' });
  const b = await startDaemon(sandbox, { CC2CC_HOST: 'host-b' });
  for (const { rendezvous } of [a, b]) assert.ok(existsSync(rendezvous.socket));
  // What a dead one left still goes.
  await b.kill('SIGKILL');
  const c = await startDaemon(sandbox, { CC2CC_HOST: 'host-b' });
  assert.ok(!existsSync(b.rendezvous.socket));
  for (const { rendezvous } of [a, c]) assert.ok(existsSync(rendezvous.socket));
  assert.equal(a.ended, undefined);
});

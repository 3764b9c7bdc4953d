/** Folders of a mailbox that cannot be used concern their agent and nobody else. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attachAgent, awake } from '../../support/agents.js';
import { signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, mailboxOf } from '../../support/files.js';
import { sandboxFor } from './support/inbox.js';
import { statusOf } from '../lifecycle/support.js';

for (const folder of ['inbox', 'tmp'] as const) {
  test(`a file in the place of the folder: ${folder}`, async (t) => {
    const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '100' });
    const daemon = await startDaemon(sandbox);
    const ann = await attachAgent(sandbox, { name: 'ann' });
    const ben = await attachAgent(sandbox, { name: 'ben' });
    await Promise.all([awake(ann), awake(ben)]);
    const path = mailboxOf(sandbox, 'ann')[folder];
    // It mends what is missing at once, so both must have happened when it looks.
    signal(daemon.rendezvous.pid, 'SIGSTOP');
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
    signal(daemon.rendezvous.pid, 'SIGCONT');
    if (folder !== 'tmp') {
      // A round has met it, and the sessions behind it are still served.
      await until(
        async () => (await statusOf(sandbox)).health.problems.some((p) => p.includes('ENOTDIR')),
        'the problem in status',
      );
    }
    dropMessage(sandbox, 'ben', { text: 'as ever' });
    await ben.waitForMessage('as ever');
    await ann.close();
    await until(async () => !/Online:.*\bann\b/.test((await ben.call('whoami')).text), 'ann away');
    assert.equal(daemon.ended, undefined, daemon.stderr);
  });
}

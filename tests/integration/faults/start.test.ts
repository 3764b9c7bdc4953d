/** A daemon that cannot start ends, says why, and leaves the place to the next one. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { faultEnv, type Fault } from '../../faults/fault.js';
import { DAEMON, daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor } from '../../support/sandbox.js';

const STEPS: readonly [string, Fault][] = [
  ['while it publishes where it listens', { match: 'daemon\\.json', calls: ['write'] }],
  ['once that is published', { match: '/stopped$', calls: ['rm'] }],
];
for (const [when, fault] of STEPS) {
  test(`a start that fails ${when} is an end`, async (t) => {
    const sandbox = sandboxFor(t);
    const env = sandbox.envWith(faultEnv({ only: 'daemon', at: 1, do: 'EDQUOT', ...fault }));
    const failed = new LineChild({ command: process.execPath, args: [DAEMON, 'run'], env });
    await until(() => failed.ended, 'end of the daemon that cannot start');
    assert.match(failed.ended!, /exit code 1$/);
    assert.match(failed.stderr, /^cc2cc-daemon: .*EDQUOT.* quota is used up.*\n$/);
    const { rendezvous } = sandbox.hostPaths();
    assert.ok(!readdirSync(dirname(rendezvous)).includes('daemon.json'), 'nobody is told of it');
    const sockets = readdirSync(sandbox.env['XDG_RUNTIME_DIR']!, {
      recursive: true,
      encoding: 'utf8',
    });
    assert.deepEqual(
      sockets.filter((name) => name.endsWith('.sock')),
      [],
    );
    await startDaemon(sandbox);
    assert.equal(daemonPids(sandbox).length, 1);
  });
}

/** The daemon's start and end while one call after another fails. */
import assert from 'node:assert/strict';
import { daemonCommand } from '../integration/lifecycle/support.js';
import { daemonPids } from '../support/daemon.js';
import { until } from '../support/events.js';
import { visit } from './support/fault-pair.js';
import { faultSweep } from './support/fault-sweep.js';

/** Each takes several processes. */
const FEW = 40;

faultSweep<void>({
  name: 'start of the daemon',
  maxPoints: FEW,
  victim: 'daemon',
  keepsDaemon: false,
  prepare: () => Promise.resolve(),
  act: async (stage) => {
    const daemon = stage.spawnDaemon();
    await until(
      () => daemon.ended !== undefined || daemon.lines.some((line) => line.includes('ready, pid')),
      'start or end of the daemon',
      25_000,
    );
    if (daemon.ended === undefined) return;
    assert.match(daemon.stderr, /^cc2cc-daemon: /m, daemon.stderr);
    assert.doesNotMatch(daemon.stderr, /^Node\.js v/m, 'it does not end on an error of its own');
  },
  after: async (stage, _, label) => {
    if (stage.daemon.ended === undefined) {
      await stage.daemon.kill('SIGTERM');
    }
    const again = await stage.startDaemon();
    assert.equal(daemonPids(stage.sandbox).length, 1);
    await visit(stage, `after: ${label}`, true);
    await again.kill('SIGTERM');
  },
});

faultSweep<void>({
  name: 'end of the daemon',
  maxPoints: FEW,
  victim: 'daemon',
  keepsDaemon: false,
  prepare: () => Promise.resolve(),
  before: async (stage, _, label) => {
    const logged = stage.logLines().length;
    await stage.startDaemon();
    await visit(stage, `waits: ${label}`, false);
    // The sign-off of a session makes calls as well, which are none of the end's.
    const detached = (): number =>
      stage
        .logLines()
        .slice(logged)
        .filter((line) => line.includes('"msg":"detached"')).length;
    await until(() => detached() === 2, 'sign-off of both');
  },
  act: async (stage) => {
    const { code, stderr } = await daemonCommand(stage.sandbox, ['stop']);
    assert.equal(typeof code, 'number', stderr);
    await until(() => stage.daemon.ended, 'end of the daemon', 25_000);
  },
  finish: async (stage) => {
    await stage.startDaemon();
    await stage.drain(await stage.session('ben', { lanes: 'tool' }));
  },
});

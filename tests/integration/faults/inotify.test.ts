/** Where the system gives no more watches, the daemon looks by itself, says so, and goes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callDaemon, type StatusReport } from '../../../protocol/control.js';
import { attachAgent, awake } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { until } from '../../support/events.js';
import { dropMessage } from '../../support/files.js';
import { linesIn } from '../../support/lines.js';
import { sandboxFor } from '../../support/sandbox.js';
import { daemonCommand } from '../lifecycle/support.js';
import { startLimitedDaemon, type Limits } from './user-namespace.js';

const CASES: { what: string; limits: Limits; says: RegExp }[] = [
  {
    what: 'watches',
    limits: { max_inotify_watches: 0 },
    says: /ENOSPC: no inotify watches are left; .*sudo sysctl user\.max_inotify_watches=65536/,
  },
  {
    what: 'instances',
    limits: { max_inotify_instances: 0 },
    says: /EMFILE: no inotify instances are left.*sudo sysctl user\.max_inotify_instances=512/,
  },
];

for (const { what, limits, says } of CASES) {
  test(`no inotify ${what}: mail comes by rescanning, status says so, and it goes back`, async (t) => {
    const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '150' });
    const scene = await startLimitedDaemon(sandbox, limits);
    if (typeof scene === 'string') return t.skip(scene);
    const ann = await attachAgent(sandbox, { name: 'ann' });
    await awake(ann);
    const report = (): Promise<StatusReport> => callDaemon(sandbox.hostPaths(), 'status', {});
    await until(async () => !(await report()).watcher.ok, 'word that nothing is watched');

    for (const text of ['first', 'second', 'third']) {
      dropMessage(sandbox, 'ann', { text });
      await ann.waitForMessage(text);
    }
    // It tries again in every round, and must not seem well in between.
    for (let i = 0; i < 20; i += 1) {
      const { watcher, health } = await report();
      assert.equal(watcher.ok, false);
      assert.match(health.problems.join('; '), says);
    }
    const shown = await daemonCommand(sandbox, ['status']);
    assert.equal(shown.code, 1);
    assert.match(shown.stdout, /rescanning only/);
    assert.match(shown.stdout, says);
    const json = JSON.parse((await daemonCommand(sandbox, ['status', '--json'])).stdout);
    assert.match(json.health.problems.join(), says);
    const doctor = JSON.parse((await cli(sandbox, ['doctor', '--json'])).stdout);
    const check = doctor.checks.find(({ id }: { id: string }) => id === 'watcher');
    assert.equal(check.state, 'fail');
    assert.match(check.details.join(), says);
    assert.match(check.fix.command, /^sudo sysctl user\.max_inotify_/);
    assert.ok(linesOf(sandbox.hostPaths().log, 'cannot watch') <= 3, 'one line a watch');

    scene.limit({ max_inotify_watches: 1000, max_inotify_instances: 100 });
    await until(async () => (await report()).health.ok, 'a healthy daemon');
    assert.equal(
      linesOf(sandbox.hostPaths().log, 'watching again'),
      3,
      'the inbox, rules.json and trust.json',
    );
    dropMessage(sandbox, 'ann', { text: 'fourth' });
    await ann.waitForMessage('fourth');
    assert.deepEqual(ann.stray, []);
  });
}

function linesOf(log: string, text: string): number {
  return linesIn(log).filter((line) => line.includes(text)).length;
}

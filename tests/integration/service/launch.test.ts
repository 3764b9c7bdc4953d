/** Who finds no daemon asks the service for one, where one is installed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { LineChild } from '../../../scripts/line-child.js';
import { attachAgent } from '../../support/agents.js';
import { DAEMON, daemonPid, daemonPids, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { fakeSystemd } from '../../support/fake-systemd.js';
import { sandboxFor } from '../../support/sandbox.js';

function testOnLinux(name: string, run: (t: TestContext) => Promise<void>): void {
  test(name, async (t) => {
    if (process.platform !== 'linux') {
      t.skip('systemd is of Linux');
      return;
    }
    await run(t);
  });
}

testOnLinux(
  'a session has it started by the service, and by itself where that fails',
  async (t) => {
    const sandbox = sandboxFor(t);
    const systemd = fakeSystemd(sandbox);
    await systemd.daemon('install');
    await systemd.daemon('stop');
    systemd.calls();
    await attachAgent(sandbox, { name: 'fox', env: systemd.env });
    const state = async () => JSON.parse((await systemd.daemon('status', '--json')).stdout);
    assert.ok(systemd.calls().includes(`systemctl --user start ${systemd.unit}`));
    const { pid, service } = await state();
    assert.equal(service.pid, pid);

    await systemd.daemon('stop');
    systemd.fail('start', { code: 1, output: 'attempted too often' });
    await attachAgent(sandbox, { name: 'owl', env: systemd.env });
    assert.notEqual(daemonPid(sandbox), undefined);
    assert.equal((await state()).service.pid, null);
    await systemd.daemon('stop');
    const started = await systemd.daemon('start');
    assert.match(started.stdout, /^cc2cc-daemon started/);
    assert.match(started.stderr, /The service did not start it, so it runs without\./);

    // The next attempt of the manager takes over from that.
    systemd.fail('start');
    const before = daemonPid(sandbox);
    await systemd.daemon('install');
    assert.notEqual(daemonPid(sandbox), before);
    assert.equal((await state()).service.pid, daemonPid(sandbox));
  },
);

testOnLinux(
  'the service brings no daemon: the caller starts one, and hears what is wrong',
  async (t) => {
    const sandbox = sandboxFor(t);
    const systemd = fakeSystemd(sandbox);
    await systemd.daemon('install', '--rate', '7');
    await systemd.daemon('stop');
    // The unit is at fault, and no other daemon would be: what runs then is without it.
    const unit = readFileSync(systemd.unitPath, 'utf8').replace('CC2CC_RATE=7', 'CC2CC_RATE=fast');
    writeFileSync(systemd.unitPath, unit);
    const started = await systemd.daemon('start');
    assert.equal(started.code, 0, started.stderr);
    assert.match(
      started.stderr,
      /The service did not start it.*out of date: cc2cc-daemon install/s,
    );
  },
);

testOnLinux('with flags it runs without its service, and says so', async (t) => {
  const sandbox = sandboxFor(t);
  const systemd = fakeSystemd(sandbox);
  await systemd.daemon('install');
  const restarted = await systemd.daemon('restart', '--rate', '9');
  assert.match(restarted.stderr, /With flags it runs without its service/);
  const status = JSON.parse((await systemd.daemon('status', '--json')).stdout);
  assert.equal(status.config.rate, 9);
  assert.equal(status.service.pid, null);
  await systemd.daemon('restart');
  const after = JSON.parse((await systemd.daemon('status', '--json')).stdout);
  assert.equal(after.service.pid, after.pid);
});

testOnLinux('where it was stopped, no session starts it again by the service', async (t) => {
  const sandbox = sandboxFor(t);
  const systemd = fakeSystemd(sandbox);
  await systemd.daemon('install');
  const fox = await attachAgent(sandbox, { name: 'fox', env: systemd.env });
  const stopped = await systemd.daemon('stop');
  assert.match(stopped.stderr, /starts it at your next login/);
  systemd.calls();
  await assert.rejects(fox.call('whoami', {}, { timeoutMs: 20_000 }), /stopped on purpose/);
  assert.deepEqual(systemd.calls(), []);
});

testOnLinux(
  'SIGTERM from the manager means stop, and restart when it restarts us or is leaving',
  async (t) => {
    for (const [verb, fault, isStopped] of [
      ['is-system-running', undefined, true],
      ['is-system-running', { code: 1, output: 'stopping' }, false],
      ['is-system-running', { code: 1, output: 'Failed to connect to bus: No such file' }, false],
      ['list-jobs', { code: 0, output: '7 UNIT restart running' }, false],
      ['list-jobs', { code: 0, output: '7 UNIT stop running\n8 other.service restart run' }, true],
    ] as const) {
      const sandbox = sandboxFor(t);
      const systemd = fakeSystemd(sandbox);
      await systemd.daemon('install');
      const pid = daemonPid(sandbox)!;
      const output = fault?.output.replace('UNIT', systemd.unit) ?? '';
      systemd.fail(verb, fault && { ...fault, output });
      process.kill(pid, 'SIGTERM');
      await until(() => daemonPid(sandbox) === undefined, 'end of the daemon', 10_000);
      const { stopped } = sandbox.hostPaths();
      const isThere = await until(() => [readFileSync(stopped, 'utf8') !== ''], 'note', 300).catch(
        () => [false],
      );
      assert.deepEqual(isThere, [isStopped], JSON.stringify(fault));
    }
  },
);

testOnLinux('run --service takes over from a daemon that runs', async (t) => {
  const sandbox = sandboxFor(t);
  const systemd = fakeSystemd(sandbox);
  const fox = await attachAgent(sandbox, { name: 'fox', env: systemd.env });
  const before = daemonPid(sandbox);
  const next = await startDaemon(sandbox, systemd.env, ['--service']);
  assert.notEqual(next.pid, before);
  assert.deepEqual(daemonPids(sandbox), [next.pid]);
  assert.match((await fox.call('whoami')).text, /fox/);
});

testOnLinux('run --service leaves a newer daemon alone, and ends well', async (t) => {
  const sandbox = sandboxFor(t);
  const newer = otherVersion(sandbox.dir, '99.0.0');
  const child = new LineChild({
    command: process.execPath,
    args: [newer, 'run'],
    env: sandbox.env,
  });
  sandbox.defer(() => child.kill('SIGTERM'));
  await child.waitForLine('cc2cc-daemon ready', 20_000);
  const { status: code, stdout } = spawnSync(process.execPath, [DAEMON, 'run', '--service'], {
    env: sandbox.env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^A newer daemon runs \(99\.0\.0, pid \d+\): it stays, this one \(.+\) ends\.$/m,
  );
  assert.equal(child.ended, undefined);
});

testOnLinux('a service.json that we would not write starts nothing', async (t) => {
  const hostile = [
    { kind: 'systemd', name: 'evil.service' },
    { kind: 'systemd', name: '--force' },
    { kind: 'bash', name: 'x' },
    { kind: 'systemd' },
    [],
    'systemd',
    null,
  ].map((value) => JSON.stringify(value));
  for (const text of [...hostile, '{', 'x'.repeat(5000)]) {
    const sandbox = sandboxFor(t);
    const systemd = fakeSystemd(sandbox);
    mkdirSync(dirname(systemd.serviceJson), { recursive: true, mode: 0o700 });
    writeFileSync(systemd.serviceJson, text, { mode: 0o600 });
    assert.equal((await systemd.daemon('start')).code, 0, text);
    assert.deepEqual(systemd.calls(), [], text);
  }
});

/** A copy of the program that says it is of another version. */
function otherVersion(folder: string, version: string): string {
  const source = fileURLToPath(new URL('../../../../', import.meta.url));
  const target = join(folder, 'other');
  for (const part of ['protocol', 'mail', 'daemon', 'service']) {
    cpSync(join(source, 'dist', part), join(target, 'dist', part), { recursive: true });
  }
  symlinkSync(join(source, 'node_modules'), join(target, 'node_modules'));
  const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as object;
  writeFileSync(join(target, 'package.json'), JSON.stringify({ ...own, version }));
  return join(target, 'dist', 'daemon', 'main.js');
}

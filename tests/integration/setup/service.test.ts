/** `cc2cc init` and `cc2cc uninstall` with a service manager, here a systemd that records. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { cli, cliOnTerminal, hasTerminal } from '../../support/cli.js';
import { daemonPid } from '../../support/daemon.js';
import { fakeClient, type FakeClient } from '../../support/fake-client.js';
import { fakeSystemd, type FakeSystemd } from '../../support/fake-systemd.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import { noteOf, stepsOf } from './support.js';

interface Scene {
  sandbox: Sandbox;
  client: FakeClient;
  systemd: FakeSystemd;
  env: Record<string, string | undefined>;
}

function setUp(t: TestContext): Scene | undefined {
  if (process.platform !== 'linux') {
    t.skip('systemd is of Linux');
    return undefined;
  }
  const sandbox = sandboxFor(t);
  const client = fakeClient(sandbox);
  const systemd = fakeSystemd(sandbox);
  const PATH = `${client.env.PATH.split(':')[0]}:${systemd.env['PATH']}`;
  return { sandbox, client, systemd, env: { ...client.env, ...systemd.env, PATH } };
}

test('the service is installed, kept, and removed', async (t) => {
  const scene = setUp(t);
  if (scene === undefined) return;
  const { sandbox, systemd, env } = scene;
  const first = await cli(sandbox, ['init', '--yes', '--no-prove', '--json'], { env });
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.equal(stepsOf(first)['service'], 'installed');
  assert.ok(noteOf(first, 'service').includes(systemd.unit));
  assert.ok(existsSync(systemd.unitPath));
  const pid = daemonPid(sandbox);
  const second = await cli(sandbox, ['init', '--no-prove', '--json'], { env });
  assert.equal(stepsOf(second)['service'], 'kept');
  assert.equal(daemonPid(sandbox), pid);
  const ann = await attachAgent(sandbox, { name: 'ann', env });
  const gone = await cli(sandbox, ['uninstall', '--json'], { env });
  assert.equal(gone.code, 0, gone.stdout + gone.stderr);
  const { service, daemon } = stepsOf(gone);
  assert.deepEqual([service, daemon], ['removed', 'stopped']);
  assert.deepEqual(
    [systemd.unitPath, systemd.wantsLink, systemd.serviceJson].filter((path) => existsSync(path)),
    [],
  );
  await assert.rejects(ann.call('list_agents'), /stopped on purpose/);
  assert.equal(daemonPid(sandbox), undefined);
});

test('on a terminal the service is asked for; what systemd refuses is told', async (t) => {
  if (!hasTerminal()) return t.skip('needs script(1) of util-linux, for a terminal');
  const scene = setUp(t);
  if (scene === undefined) return;
  const { sandbox, systemd, env } = scene;
  const ask = (keys: string): Promise<{ code: number | null; stdout: string }> =>
    cliOnTerminal(sandbox, 200, ['init', '--no-prove', '--no-hooks'], env, [
      { after: /Start the daemon at every login.*\[Y\/n\]/, keys },
    ]);
  assert.match((await ask('n\r')).stdout, /^skipped +service: as you said$/m);
  systemd.fail('enable', { code: 1, output: 'Read-only file system' });
  const failed = await ask('\r');
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /^failed +service: .*Read-only[^]*^Not done: service, see above/m);
  systemd.fail('enable');
  assert.match((await ask('y\r')).stdout, /^installed +service /m);
});

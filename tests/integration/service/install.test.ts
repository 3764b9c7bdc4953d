/** `cc2cc-daemon install` and its kin, with a systemd that records what it is asked. */
import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { launchLease } from '../../../protocol/launch.js';
import { faultEnv } from '../../faults/fault.js';
import { attachAgent } from '../../support/agents.js';
import { daemonPid } from '../../support/daemon.js';
import { fakeSystemd, type FakeSystemd } from '../../support/fake-systemd.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';

function setUp(t: TestContext): { sandbox: Sandbox; systemd: FakeSystemd } | undefined {
  if (process.platform !== 'linux') {
    t.skip('systemd is of Linux');
    return undefined;
  }
  const sandbox = sandboxFor(t);
  return { sandbox, systemd: fakeSystemd(sandbox) };
}

const NO_BUS = { code: 1, output: 'Failed to connect to bus: No medium found' };

/** The calls that change something. */
function changes(calls: readonly string[]): string[] {
  return calls.filter((call) => !/ (?:show|show-user|is-\S+)(?: |$)/.test(call));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function assertNothing(systemd: FakeSystemd): void {
  for (const path of [systemd.unitPath, systemd.wantsLink, systemd.serviceJson]) {
    assert.ok(!exists(path), `${path} was left`);
  }
}

test('install, again, uninstall, again', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  const { unit } = systemd;
  const done = await systemd.daemon('install');
  assert.deepEqual([done.code, done.stderr], [0, '']);
  assert.deepEqual(changes(systemd.calls()), [
    'systemctl --user daemon-reload',
    `systemctl --user enable ${unit}`,
    `systemctl --user reset-failed ${unit}`,
    `systemctl --user start ${unit}`,
  ]);
  assert.match(
    done.stdout,
    new RegExp(`^Installed: ${unit} runs the daemon \\(pid ${daemonPid(sandbox)}\\)`, 'm'),
  );
  assert.match(done.stdout, /^To undo it: cc2cc-daemon uninstall$/m);
  assert.equal(statSync(systemd.unitPath).mode & 0o777, 0o600);
  assert.deepEqual(JSON.parse(readFileSync(systemd.serviceJson, 'utf8')), {
    kind: 'systemd',
    name: unit,
  });

  const again = await systemd.daemon('install');
  assert.match(again.stdout, /^Nothing to do: installed already/m);
  assert.deepEqual(changes(systemd.calls()), []);

  const json = JSON.parse((await systemd.daemon('install', '--json')).stdout);
  assert.deepEqual(
    [json.changed, json.kind, json.name, json.pid, json.enabled, json.steps],
    [false, 'systemd', unit, daemonPid(sandbox), true, []],
  );
  systemd.calls();

  const gone = await systemd.daemon('uninstall');
  assert.deepEqual([gone.code, gone.stderr], [0, '']);
  assertNothing(systemd);
  assert.equal(daemonPid(sandbox), undefined);
  assert.ok(existsSync(sandbox.root), 'mail stays');
  systemd.calls();
  assert.match((await systemd.daemon('uninstall')).stdout, /^Nothing to do/);
  assert.deepEqual(changes(systemd.calls()), []);
});

test('of two installs at once the second finds nothing to do', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  const both = await Promise.all([systemd.daemon('install'), systemd.daemon('install')]);
  assert.deepEqual(
    both.map(({ code, stderr }) => [code, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  const said = both.map(({ stdout }) => stdout.match(/^(?:Installed|Nothing to do)/m)?.[0]);
  assert.deepEqual(said.sort(), ['Installed', 'Nothing to do']);
  assert.equal(systemd.calls().filter((call) => / start /.test(call)).length, 1);
});

test('install and uninstall at once are done one after the other', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  await systemd.daemon('install');
  const fox = await attachAgent(sandbox, { name: 'fox', env: systemd.env });
  const said = await Promise.all(
    ['uninstall', 'install', 'uninstall'].map((verb) => systemd.daemon(verb)),
  );
  const places = [systemd.unitPath, systemd.wantsLink, systemd.serviceJson].map(exists);
  const words = said.map(({ code, stdout, stderr }) => [code, stdout, stderr].join('\n'));
  assert.equal(
    new Set(places).size,
    1,
    `all of it or nothing: ${places.join()}\n${words.join('\n')}`,
  );
  assert.match((await fox.call('whoami', {}, { timeoutMs: 20_000 })).text, /fox/);
});

test('what ends at the moment at which it was found in force is left to who holds the lease', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  await systemd.daemon('install');
  systemd.calls();
  const held = launchLease(sandbox.hostPaths()); // as an uninstall that is under way
  assert.ok(held.ok);
  t.after(held.lease.release);
  // The daemon answers once, and not again.
  const env = faultEnv({
    only: 'daemon-command',
    calls: ['connect'],
    at: 2,
    times: 'on',
    do: 'ECONNREFUSED',
  });
  const { code, stdout } = await systemd.daemonWith(env, 'install');
  assert.equal(code, 0);
  assert.match(stdout, /^Nothing to do/);
  assert.deepEqual(changes(systemd.calls()), []);
});

test('a dry run changes nothing and shows what is done then', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  const dry = await systemd.daemon('install', '--dry-run', '--linger');
  assert.equal(dry.code, 0, dry.stderr);
  assertNothing(systemd);
  assert.ok(!existsSync(sandbox.root));
  assert.deepEqual(changes(systemd.calls()), []);
  const done = await systemd.daemon('install', '--linger');
  const steps = (text: string): string[] =>
    text.split('\n').filter((line) => /^(?:mkdir|write|run|remove|unlink) /.test(line));
  // The start makes folders of its own before the plan comes to them.
  const own = (line: string): boolean => !line.startsWith('mkdir');
  assert.deepEqual(steps(done.stdout).filter(own), steps(dry.stdout).filter(own));
  for (const line of readFileSync(systemd.unitPath, 'utf8').trimEnd().split('\n')) {
    assert.ok(dry.stdout.includes(`    ${line}`.trimEnd()), line);
  }
});

test('flags of the daemon go into the unit, and install without them takes them out', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  await systemd.daemon('install', '--rate', '7');
  assert.match(readFileSync(systemd.unitPath, 'utf8'), /^Environment="CC2CC_RATE=7"$/m);
  const status = JSON.parse((await systemd.daemon('status', '--json')).stdout);
  assert.equal(status.config.rate, 7);
  const bad = await systemd.daemon('install', '--rate', 'fast');
  assert.equal(bad.code, 2);
  const next = await systemd.daemon('install');
  assert.match(next.stdout, /^write /m);
  assert.doesNotMatch(readFileSync(systemd.unitPath, 'utf8'), /CC2CC_RATE/);
  assert.notEqual(JSON.parse((await systemd.daemon('status', '--json')).stdout).pid, status.pid);
});

test('a unit that others wrote stays, unless --force says otherwise', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  const foreign = '[Service]\nExecStart=/usr/bin/mine\n';
  mkdirSync(dirname(systemd.unitPath), { recursive: true });
  writeFileSync(systemd.unitPath, foreign);
  const refused = await systemd.daemon('install');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is not ours.*--force/s);
  assert.equal(readFileSync(systemd.unitPath, 'utf8'), foreign);
  const kept = await systemd.daemon('uninstall');
  assert.match(kept.stderr, /is not ours.*uninstall --force/s);
  assert.deepEqual(changes(systemd.calls()), []);
  assert.equal((await systemd.daemon('install', '--force')).code, 0);
  assert.match(readFileSync(systemd.unitPath, 'utf8'), /cc2cc-daemon install/);
});

test('a foreign unit that was replaced is back when the rest failed', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  const foreign = '[Service]\nExecStart=/usr/bin/mine\n';
  mkdirSync(dirname(systemd.unitPath), { recursive: true });
  writeFileSync(systemd.unitPath, foreign);
  systemd.fail('enable', { code: 1, output: 'Read-only file system' });
  const failed = await systemd.daemon('install', '--force');
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /was not installed.*enable.*Read-only/s);
  assert.equal(readFileSync(systemd.unitPath, 'utf8'), foreign);
});

test('a masked unit is not touched', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  mkdirSync(dirname(systemd.unitPath), { recursive: true });
  symlinkSync('/dev/null', systemd.unitPath);
  for (const args of [['install'], ['install', '--force']]) {
    const refused = await systemd.daemon(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is masked\. Allow it: systemctl --user unmask cc2cc-daemon-/);
  }
  assert.ok(lstatSync(systemd.unitPath).isSymbolicLink());
  assert.deepEqual(changes(systemd.calls()), []);
});

for (const [verb, output] of [
  ['daemon-reload', 'Failed to reload daemon: Access denied'],
  ['enable', 'Failed to enable unit: Read-only file system'],
  ['start', 'Job for it failed'],
] as const) {
  test(`nothing is left when ${verb} fails, and the daemon that ran runs again`, async (t) => {
    const { sandbox, systemd } = setUp(t) ?? {};
    if (sandbox === undefined || systemd === undefined) return;
    const agent = await attachAgent(sandbox, { name: 'fox', env: systemd.env });
    systemd.fail(verb, { code: 1, output });
    const failed = await systemd.daemon('install');
    assert.equal(failed.code, 1);
    assert.ok(failed.stderr.includes(output), failed.stderr);
    assert.match(
      failed.stderr,
      /The service was not installed\. .*Nothing of it was left behind\./s,
    );
    assertNothing(systemd);
    assert.match((await agent.call('whoami')).text, /fox/);
    assert.notEqual(daemonPid(sandbox), undefined);
  });
}

test('an older service is as it was when a newer one fails', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  await systemd.daemon('install');
  const before = readFileSync(systemd.unitPath);
  systemd.fail('start', { code: 1, output: 'no' });
  const failed = await systemd.daemon('install', '--rate', '7');
  assert.match(failed.stderr, /The service is as it was before\./);
  assert.deepEqual(readFileSync(systemd.unitPath), before);
  assert.ok(exists(systemd.serviceJson));
});

test('without a manager it says so, and that all goes on as before', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  systemd.fail('is-system-running', NO_BUS);
  const refused = await systemd.daemon('install');
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^cc2cc-daemon: No service here\. .*start the daemon when they need it/s,
  );
  assertNothing(systemd);
  await attachAgent(sandbox, { env: systemd.env });

  const forbidden = await systemd.daemonWith({ CC2CC_NO_SERVICE_MANAGER: '1' }, 'install');
  assert.match(forbidden.stderr, /CC2CC_NO_SERVICE_MANAGER forbids it/);
});

test('a service whose manager is gone can be uninstalled', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  await systemd.daemon('install');
  await systemd.daemon('stop');
  for (const verb of [
    'is-system-running',
    'show',
    'stop',
    'disable',
    'daemon-reload',
    'reset-failed',
  ]) {
    systemd.fail(verb, NO_BUS);
  }
  const gone = await systemd.daemon('uninstall');
  assert.deepEqual([gone.code, gone.stderr], [0, '']);
  assertNothing(systemd);
});

test('where lingering is denied, all else is done and it says what that means', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  systemd.fail('enable-linger', { code: 1, output: 'Could not enable linger: Access denied' });
  const denied = await systemd.daemon('install', '--linger');
  assert.equal(denied.code, 1);
  assert.match(denied.stdout, /^Installed: /m);
  assert.match(
    denied.stderr,
    /ends some seconds after your last logout\. .*sudo loginctl enable-linger/,
  );
  systemd.fail('enable-linger');
  const allowed = await systemd.daemon('install', '--linger');
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.match(allowed.stdout, /^run +loginctl enable-linger$/m);
  assert.match(allowed.stdout, /before any login/);
  const gone = await systemd.daemon('uninstall');
  assert.match(gone.stderr, /loginctl disable-linger/);
});

test('enable and disable', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  const early = await systemd.daemon('disable');
  assert.match(early.stderr, /No service of this root is installed .* cc2cc-daemon install/s);
  await systemd.daemon('install');
  const pid = daemonPid(sandbox);
  assert.equal((await systemd.daemon('disable')).code, 0);
  assert.ok(!exists(systemd.wantsLink));
  assert.equal(daemonPid(sandbox), pid);
  assert.match((await systemd.daemon('disable')).stdout, /^Nothing to do/);
  assert.match((await systemd.daemon('status')).stdout, /^ {2}service .*, disabled/m);
  assert.equal((await systemd.daemon('enable')).code, 0);
  assert.ok(exists(systemd.wantsLink));
});

test('a home that cannot be written to', async (t) => {
  const { sandbox, systemd } = setUp(t) ?? {};
  if (sandbox === undefined || systemd === undefined) return;
  writeFileSync(join(sandbox.dir, 'config', 'systemd'), ''); // a file, where a folder belongs
  const failed = await systemd.daemon('install');
  assert.equal(failed.code, 1);
  assert.match(
    failed.stderr,
    /The service was not installed\. Cannot write it: ENOTDIR at .*config\/systemd/,
  );
  assert.match(failed.stderr, /Nothing of it was left behind/);
});

test('--print renders for any system and asks nobody', async (t) => {
  const { systemd } = setUp(t) ?? {};
  if (systemd === undefined) return;
  const printed = await systemd.daemon('install', '--print', '--system', 'linux');
  assert.match(printed.stdout, /^ExecStart=".*" ".*main\.js" run --service$/m);
  assert.deepEqual(systemd.calls(), []);
  const unknown = await systemd.daemon('install', '--print', '--system', 'plan9');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--system: expected linux, macos, windows, not plan9/);
});

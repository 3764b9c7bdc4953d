import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Execution } from '../../service/execute.js';
import { launchdManager } from '../../service/launchd.js';
import type { Action, ServiceManager, ServiceSpec } from '../../service/manager.js';
import { fakeLaunchd, type FakeLaunchd } from './support/fake-launchctl.js';
import type { LaunchdState } from './support/launchctl.js';
import { macSpec } from './support/specs.js';

const TARGET = 'gui/501/cc2cc.daemon';

const LOADING = (plist: string): string[] => [
  `bootout ${TARGET}`,
  `bootstrap gui/501 ${plist}`,
  `kickstart ${TARGET}`,
];

interface Scene {
  spec: ServiceSpec;
  plist: string;
  launchd: FakeLaunchd;
  manager: ServiceManager;
  /** Carries a plan out; what it says of errors is thrown. */
  run: (plan: readonly Action[]) => Promise<void>;
}

/** A Mac with a throw-away home, and a launchctl that plays launchd. */
function scene(t: TestContext, told: Partial<LaunchdState> = {}): Scene | undefined {
  if (process.platform === 'win32') return void t.skip('needs sh');
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'c2-mac-')));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const home = join(dir, 'home ä&');
  mkdirSync(home, { mode: 0o700 });
  const launchd = fakeLaunchd(dir, told);
  const before = { ...process.env };
  Object.assign(process.env, launchd.env);
  t.after(() => (process.env = before));
  const logFolder = join(home, 'Library/Logs/cc2cc');
  const spec = macSpec({ home, logFolder, errorLog: join(logFolder, 'daemon.err') });
  const execution = new Execution({ dryRun: false, force: false, say: () => undefined });
  return {
    spec,
    plist: join(home, 'Library/LaunchAgents/cc2cc.daemon.plist'),
    launchd,
    manager: launchdManager('darwin'),
    run: (plan) => execution.carryOut(plan),
  };
}

test('install writes a private plist and enables it; start loads it; state tells', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  assert.deepEqual(await s.manager.available(s.spec), { ok: true, notes: [] });
  await s.run(s.manager.install(s.spec));
  assert.equal(statSync(s.plist).mode & 0o022, 0, 'launchd refuses what others may write');
  assert.ok(existsSync(s.spec.logFolder), 'launchd makes no folder');
  assert.deepEqual(s.launchd.orders(), [`enable ${TARGET}`]);
  await s.run(s.manager.start(s.spec));
  assert.deepEqual(s.launchd.orders(), LOADING(s.plist));
  const state = await s.manager.state(s.spec);
  assert.deepEqual(
    { ...state, path: s.plist },
    {
      kind: 'launchd',
      name: 'cc2cc.daemon',
      path: s.plist,
      installed: true,
      current: true,
      enabled: true,
      lingers: false,
      active: true,
      pid: 4321,
      problems: [],
    },
  );
});

test('start waits until the older job has gone before it loads the new one', async (t) => {
  const s = scene(t, { leaving: 3 });
  if (s === undefined) return;
  await s.run([...s.manager.install(s.spec), ...s.manager.start(s.spec)]);
  s.launchd.orders();
  await s.run(s.manager.start(s.spec));
  assert.deepEqual(s.launchd.orders(), LOADING(s.plist));
});

test('error 5 at loading is tried again, and told when it stays', async (t) => {
  const s = scene(t, { failures: { bootstrap: [5, 37, 5] } });
  if (s === undefined) return;
  await s.run([...s.manager.install(s.spec), ...s.manager.start(s.spec)]);
  assert.equal((await s.manager.state(s.spec)).active, true);
  s.launchd.tell({ failures: { bootstrap: Array<number>(999).fill(5) } });
  const quick = s.manager
    .start(s.spec)
    .map((action) => ('until' in action ? { ...action, deadlineMs: 300 } : action));
  await assert.rejects(s.run(quick), {
    code: 'E_SERVICE',
    message: /error 5/,
    hint: /cc2cc-daemon install/,
  });
});

test('an error that does not pass is told at once', async (t) => {
  const s = scene(t, { failures: { bootstrap: [78] } });
  if (s === undefined) return;
  await s.run(s.manager.install(s.spec));
  await assert.rejects(s.run(s.manager.start(s.spec)), { message: /error 78/ });
  assert.deepEqual(s.launchd.read().failures['bootstrap'], []);
});

test('one that does not end is told of', async (t) => {
  const s = scene(t, { leaving: 9999 });
  if (s === undefined) return;
  await s.run([...s.manager.install(s.spec), ...s.manager.start(s.spec)]);
  const quick = s.manager
    .stop(s.spec)
    .map((action) => ('until' in action ? { ...action, deadlineMs: 300 } : action));
  await assert.rejects(s.run(quick), { message: /has not unloaded cc2cc.daemon/ });
});

test('without a desktop login the domain of the user serves, and that is said', async (t) => {
  const s = scene(t, { domains: ['user/501'] });
  if (s === undefined) return;
  const available = await s.manager.available(s.spec);
  assert.ok(available.ok);
  assert.match(available.notes.join(), /logged in on the desktop/);
  await s.run([...s.manager.install(s.spec), ...s.manager.start(s.spec)]);
  assert.ok(s.launchd.orders().includes(`bootstrap user/501 ${s.plist}`));
  assert.equal((await s.manager.state(s.spec)).active, true);
});

test('without any domain it cannot be used, and nor by root or elsewhere', async (t) => {
  const s = scene(t, { domains: [] });
  if (s === undefined) return;
  const none = await s.manager.available(s.spec);
  assert.ok(!none.ok);
  assert.match(none.why, /no desktop session/);
  const root = await s.manager.available({ ...s.spec, uid: 0 });
  assert.ok(!root.ok);
  assert.match(root.hint ?? '', /as the user/);
  const elsewhere = await launchdManager('linux').available(s.spec);
  assert.deepEqual(elsewhere, { ok: false, why: 'launchd is only on macOS.' });
});

test('disable keeps it from starting, enable lets it', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  await s.run(s.manager.install(s.spec));
  await s.run(s.manager.disable(s.spec));
  assert.equal((await s.manager.state(s.spec)).enabled, false);
  await s.run(s.manager.enable(s.spec));
  assert.equal((await s.manager.state(s.spec)).enabled, true);
});

test('uninstall unloads it and removes the plist; a second time is as good', async (t) => {
  const s = scene(t, { leaving: 2 });
  if (s === undefined) return;
  await s.run([...s.manager.install(s.spec), ...s.manager.start(s.spec)]);
  await s.run(s.manager.uninstall(s.spec));
  assert.deepEqual(s.launchd.read().jobs, {});
  assert.ok(!existsSync(s.plist));
  await s.run(s.manager.uninstall(s.spec));
  const { installed, active } = await s.manager.state(s.spec);
  assert.deepEqual({ installed, active }, { installed: false, active: false });
});

test('a plist that is not ours stays, and nothing that runs is ended', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  mkdirSync(join(s.plist, '..'), { recursive: true });
  writeFileSync(s.plist, '<plist>of somebody else</plist>');
  await assert.rejects(s.run(s.manager.install(s.spec)), { code: 'E_UNSAFE' });
  assert.deepEqual(s.launchd.orders(), []);
  assert.equal(readFileSync(s.plist, 'utf8'), '<plist>of somebody else</plist>');
  const state = await s.manager.state(s.spec);
  assert.equal(state.installed, false);
  assert.match(state.problems.join(), /not ours/);
});

test('uninstall ends nothing whose plist is not ours', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  mkdirSync(join(s.plist, '..'), { recursive: true });
  writeFileSync(s.plist, '<plist>of somebody else</plist>');
  await assert.rejects(s.run(s.manager.uninstall(s.spec)), { code: 'E_UNSAFE' });
  assert.deepEqual(s.launchd.orders(), []);
});

test('what another version wrote is not current', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  await s.run(s.manager.install(s.spec));
  const { current } = await s.manager.state({ ...s.spec, node: '/opt/homebrew/bin/node' });
  assert.equal(current, false);
});

test('a log folder that is gone is a problem: launchd makes none', async (t) => {
  const s = scene(t);
  if (s === undefined) return;
  await s.run(s.manager.install(s.spec));
  rmSync(s.spec.logFolder, { recursive: true });
  assert.match((await s.manager.state(s.spec)).problems.join(), /cc2cc-daemon install/);
});

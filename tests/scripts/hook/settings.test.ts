import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hookSettings, type HookSettings } from '../../../scripts/hook/settings.js';
import { FakeDaemon } from '../../shim/support/fake-daemon.js';
import { makeHome } from '../../shim/support/home.js';
import { CC2CC, runHook } from './support.js';

const SHORT = ['session-start', 'user-prompt-submit', 'post-tool-use', 'stop', 'session-end'];
const NAMES = ['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'Stop', 'SessionEnd'];

test('settings: what it prints is what it exports', async (t) => {
  const home = makeHome(t);
  for (const wait of [false, true]) {
    const args = ['settings', ...(wait ? ['--wait'] : [])];
    const { code, stdout, stderr } = await runHook(t, home, args);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(JSON.parse(stdout), { hooks: hookSettings({ wait }) });
  }
});

test('settings: they run this Node by the path that outlives its version', async (t) => {
  if (process.platform === 'win32') return t.skip('needs links');
  const home = makeHome(t);
  const nvm = join(home.dir, '.nvm');
  const bin = join(nvm, 'versions', 'node', 'v99.1.0', 'bin');
  mkdirSync(bin, { recursive: true });
  cpSync(process.execPath, join(bin, 'node'));
  symlinkSync(dirname(bin), join(nvm, 'current'));
  const command = [join(bin, 'node'), CC2CC, 'hook'] as const;
  const { stdout } = await runHook(t, home, ['settings'], { command: [...command] });
  const { hooks } = JSON.parse(stdout) as { hooks: HookSettings };
  const [{ command: line = '' } = {}] = commands(hooks, 'Stop');
  assert.ok(line.startsWith(join(nvm, 'current', 'bin', 'node')), line);
});

test('settings: every event once, the waiter only where it is asked for', () => {
  const plain = hookSettings({ wait: false });
  assert.deepEqual(Object.keys(plain), NAMES);
  for (const [i, name] of NAMES.entries()) {
    const [hook, ...others] = commands(plain, name);
    assert.deepEqual(others, []);
    assert.equal(hook?.type, 'command');
    assert.ok(hook?.command.endsWith(` hook ${SHORT[i]}`));
    assert.equal(hook?.timeout, 5);
    assert.ok(!('asyncRewake' in hook));
  }
  const waiting = hookSettings({ wait: true });
  for (const name of NAMES) {
    const [first, waiter, ...others] = commands(waiting, name);
    assert.deepEqual([first], commands(plain, name));
    assert.deepEqual(others, []);
    if (name !== 'SessionStart' && name !== 'Stop') assert.equal(waiter, undefined);
    else {
      assert.equal(waiter?.asyncRewake, true);
      assert.ok(waiter.command.endsWith(' hook wait'));
      // Milliseconds in 32 bits: a longer timer would fire at once.
      assert.ok(waiter.timeout > 3600 && waiter.timeout * 1000 < 2 ** 31);
    }
  }
});

test('settings: the commands run, wherever the package lies', async (t) => {
  if (process.platform === 'win32') return t.skip('needs sh');
  const home = makeHome(t);
  const odd = join(home.dir, `it's "here" & $HOME; 100 % schön`);
  const dist = dirname(dirname(CC2CC));
  mkdirSync(join(odd, 'dist'), { recursive: true });
  cpSync(join(dist, 'bin'), join(odd, 'dist', 'bin'), { recursive: true });
  cpSync(join(dist, '..', 'package.json'), join(odd, 'package.json'));
  const moved = [process.execPath, join(odd, 'dist', 'bin', 'cc2cc.cjs'), 'hook'] as const;
  const { stdout } = await runHook(t, home, ['settings', '--wait'], { command: [...moved] });
  const { hooks } = JSON.parse(stdout) as { hooks: HookSettings };

  const daemon = await FakeDaemon.start(t, home);
  const env = { CLAUDE_PID: String(process.pid) };
  const stdin = '{"session_id":"a"}';
  for (const [i, name] of NAMES.entries()) {
    for (const { command, asyncRewake } of commands(hooks, name)) {
      assert.ok(command.includes('here'), command);
      const shell = { command: ['sh', '-c'], cwd: odd } as const;
      const ended = runHook(t, home, [command], { ...shell, env, stdin });
      const peer = await daemon.peer();
      const request = await peer.lines.next();
      assert.equal(request?.['method'], asyncRewake ? 'hook_wait' : 'hook');
      assert.equal(request?.['params'].event, asyncRewake ? undefined : SHORT[i]);
      peer.send({ id: request?.['id'], result: { text: 'x', receipt: null } });
      assert.equal((await ended).code, asyncRewake ? 2 : 0);
    }
  }
});

function commands(hooks: HookSettings, event: string) {
  return (hooks[event] ?? []).flatMap((group) => group.hooks);
}

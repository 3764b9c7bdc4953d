import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { FakeDaemon } from '../../shim/support/fake-daemon.js';
import { makeHome } from '../../shim/support/home.js';
import { HookProcess, runHook, UNNOTICED } from './support.js';

const STDIN = '{"session_id":"session-1"}';
const ENV = { CLAUDE_PID: String(process.pid) };
const TEXT = '[cc2cc] Mail.\n\n[msg-1] from ann\n> hällo';

test('it wakes its session: the text on stderr, the receipt, exit code 2', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['wait'], { env: ENV, stdin: STDIN });
  const peer = await daemon.peer();
  const request = await peer.request('hook_wait');
  assert.deepEqual(request['params'], { claudePid: process.pid, sessionId: 'session-1' });
  peer.send({ id: request['id'], result: { text: TEXT, receipt: 'r-1' } });
  const shown = await peer.request('hook_shown');
  assert.deepEqual(shown['params'], { receipt: 'r-1' });
  peer.send({ id: shown['id'], result: {} });
  assert.deepEqual(await ended, { code: 2, stdout: '', stderr: TEXT });
});

test('it wakes its session also when the daemon goes before it has the receipt', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['wait'], { env: ENV, stdin: STDIN });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook_wait');
  peer.send({ id, result: { text: TEXT, receipt: 'r-1' } });
  await peer.request('hook_shown');
  daemon.kill();
  assert.deepEqual(await ended, { code: 2, stdout: '', stderr: TEXT });
});

test('nobody reads its stderr: no receipt', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const hook = new HookProcess(t, home, ['wait'], { env: ENV, stdin: STDIN });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook_wait');
  hook.child.stderr.destroy();
  peer.send({ id, result: { text: 'x'.repeat(4 * 1024 * 1024), receipt: 'r-1' } });
  assert.equal(await peer.lines.next(), undefined);
  await hook.ended;
});

test('another one waits already: it leaves', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['wait'], { env: ENV, stdin: STDIN });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook_wait');
  peer.send({ id, result: { text: null, receipt: null } });
  assert.deepEqual(await ended, UNNOTICED);
});

test('its stdin says nothing: CLAUDE_PID says enough', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['wait'], { env: ENV, stdin: 'nonsense' });
  const peer = await daemon.peer();
  const { id, params } = await peer.request('hook_wait');
  assert.deepEqual(params, { claudePid: process.pid });
  peer.send({ id, result: { text: null, receipt: null } });
  assert.deepEqual(await ended, UNNOTICED);
});

test('without CLAUDE_PID nothing would ever end it: it does not begin', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  for (const pid of ['', '0', 'x']) {
    const env = { CLAUDE_PID: pid };
    assert.deepEqual(await runHook(t, home, ['wait'], { env, stdin: STDIN }), UNNOTICED);
  }
  assert.deepEqual(daemon.peers.rest(), []);
});

test('a client without an interactive session would not end before it: it does not begin', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  for (const entrypoint of ['sdk-cli', 'sdk-ts', 'sdk-py']) {
    const env = { ...ENV, CLAUDE_CODE_ENTRYPOINT: entrypoint };
    assert.deepEqual(await runHook(t, home, ['wait'], { env, stdin: STDIN }), UNNOTICED);
  }
  assert.deepEqual(daemon.peers.rest(), []);
});

test('the client is killed: it leaves', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const client = standIn(t);
  const env = { CLAUDE_PID: String(client.pid) };
  const ended = runHook(t, home, ['wait'], { env, stdin: STDIN });
  await (await daemon.peer()).request('hook_wait');
  client.kill('SIGKILL');
  assert.deepEqual(await ended, UNNOTICED);
});

test('the client is killed while there is no daemon: it leaves', async (t) => {
  const home = makeHome(t);
  const client = standIn(t);
  const env = { CLAUDE_PID: String(client.pid), CC2CC_DEBUG: '1' };
  const hook = new HookProcess(t, home, ['wait'], { env, stdin: STDIN });
  await once(hook.child.stderr, 'data'); // it has dialled
  client.kill('SIGKILL');
  assert.equal((await hook.ended).code, 0);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends it without a word`, async (t) => {
    if (process.platform === 'win32') return t.skip('no signals there');
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const hook = new HookProcess(t, home, ['wait'], { env: ENV, stdin: STDIN });
    await (await daemon.peer()).request('hook_wait');
    hook.child.kill(signal);
    assert.deepEqual(await hook.ended, UNNOTICED);
  });
}

test('daemons come and go: it asks the next one', async (t) => {
  const home = makeHome(t);
  const first = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['wait'], { env: ENV, stdin: STDIN });
  await (await first.peer()).request('hook_wait');
  // The next one is there before the first one goes, so that no dial finds nobody for long.
  const second = await FakeDaemon.start(t, home);
  first.kill();
  const hangsUp = await second.peer();
  await hangsUp.request('hook_wait');
  hangsUp.socket.destroy();
  const answersAnError = await second.peer();
  const { id } = await answersAnError.request('hook_wait');
  answersAnError.send({ id, error: { code: -32000, message: 'No control method.' } });
  await answersAnError.closed;
  const peer = await second.peer();
  const request = await peer.request('hook_wait');
  assert.deepEqual(request['params'], { claudePid: process.pid, sessionId: 'session-1' });
  peer.send({ id: request['id'], result: { text: TEXT, receipt: null } });
  assert.deepEqual(await ended, { code: 2, stdout: '', stderr: TEXT });
});

test('no daemon yet: it waits for one', async (t) => {
  const home = makeHome(t);
  const env = { ...ENV, CC2CC_DEBUG: '1' };
  const hook = new HookProcess(t, home, ['wait'], { env, stdin: STDIN });
  await once(hook.child.stderr, 'data'); // it has dialled and found nobody
  const daemon = await FakeDaemon.start(t, home);
  const peer = await daemon.peer();
  const { id } = await peer.request('hook_wait');
  peer.send({ id, result: { text: null, receipt: null } });
  assert.equal((await hook.ended).code, 0);
});

/** A process to be taken for the client. */
function standIn(t: TestContext): { pid: number; kill: (signal: NodeJS.Signals) => void } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { pid: child.pid!, kill: (signal) => child.kill(signal) };
}

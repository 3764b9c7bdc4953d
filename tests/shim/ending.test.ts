import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { FakeDaemon, type Peer } from './support/fake-daemon.js';
import { makeHome, SHIM } from './support/home.js';
import { ShimProcess } from './support/shim-process.js';

const WAYS: Record<string, (shim: ShimProcess) => void> = {
  SIGINT: ({ child }) => child.kill('SIGINT'),
  SIGTERM: ({ child }) => child.kill('SIGTERM'),
  SIGHUP: ({ child }) => child.kill('SIGHUP'),
  'end of stdin': ({ child }) => child.stdin.end(),
  'closed stdout': ({ child }) => {
    child.stdout.destroy();
    child.stdin.write('no JSON, so an answer is due\n');
  },
};

/** The client sends SIGTERM 100 ms after SIGINT; the rest is for a loaded machine. */
const AT_ONCE_MS = 1000;

const windows = process.platform === 'win32';

async function attachedShim(t: TestContext): Promise<{ shim: ShimProcess; peer: Peer }> {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  const peer = await daemon.peer();
  // An answer shows that the shim has taken the welcome in.
  shim.send({ id: 1, method: 'ping' });
  await peer.request('ping');
  return { shim, peer };
}

for (const [way, end] of Object.entries(WAYS)) {
  const signal = way.startsWith('SIG');

  test(`${way} ends an attached shim, and the daemon sees it go`, async (t) => {
    if (windows && signal) return t.skip('Windows has no such signals between processes');
    const { shim, peer } = await attachedShim(t);
    const start = performance.now();
    end(shim);
    assert.deepEqual(await shim.exited, { code: 0, signal: null });
    assert.ok(performance.now() - start < AT_ONCE_MS);
    await peer.closed;
  });

  test(`${way} ends a shim without a daemon`, async (t) => {
    if (windows && signal) return t.skip('Windows has no such signals between processes');
    const shim = new ShimProcess(t, makeHome(t));
    await shim.says('CC2CC_NO_LAUNCH');
    const start = performance.now();
    end(shim);
    assert.deepEqual(await shim.exited, { code: 0, signal: null });
    assert.ok(performance.now() - start < AT_ONCE_MS);
  });
}

test('a shim ends in time although its daemon does not read', async (t) => {
  if (windows) return t.skip('Windows has no such signals between processes');
  const { shim, peer } = await attachedShim(t);
  peer.socket.pause();
  const params = { text: 'x'.repeat(4 * 1024 * 1024) };
  shim.send({ id: 2, method: 'ping', params });
  shim.child.kill('SIGINT');
  assert.deepEqual(await shim.exited, { code: 0, signal: null });
});

test('the last line before the end still goes out', async (t) => {
  const { shim, peer } = await attachedShim(t);
  shim.child.stdin.end('{"jsonrpc":"2.0","method":"notifications/last"}\n');
  assert.equal((await peer.lines.next())?.['method'], 'notifications/last');
  await shim.exited;
});

test('many ends at once are one', async (t) => {
  const { shim } = await attachedShim(t);
  for (const end of Object.values(WAYS)) end(shim);
  assert.deepEqual(await shim.exited, { code: 0, signal: null });
});

test('the death of the daemon does not end the shim', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  await daemon.peer();
  daemon.kill();
  await shim.says('CC2CC_NO_LAUNCH');
  shim.send({ id: 1, method: 'ping' });
  assert.equal((await shim.answer())['error'].code, -32001);
});

/** A client that starts the shim, hands it a pipe to the test as fd 3, and can be killed. */
const CLIENT = `
  const { spawn } = require('node:child_process');
  const shim = spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit', 3] });
  shim.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\\n');
  const notice = JSON.stringify({ jsonrpc: '2.0', method: 'n', params: 'x'.repeat(1 << 20) }) + '\\n';
  for (let i = 0; i < Number(process.argv[2]); i += 1) shim.stdin.write(notice);
  // Node notices an end behind less than a buffer of unread data: wait until nothing moves.
  let [before, still] = [0, 0];
  setInterval(() => {
    const left = shim.stdin._handle.writeQueueSize;
    still = left > 0 && left === before ? still + 1 : 0;
    before = left;
    if (still === 5) console.error('stalled');
  }, 30);
`;

for (const [reads, notices] of [
  ['reads', 0],
  ['does not read, so the end of stdin goes unnoticed', 30],
] as const) {
  test(`a client killed with SIGKILL takes the shim along; its daemon ${reads}`, async (t) => {
    if (windows && notices > 0) return t.skip('Windows does not tell an orphan');
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const client = spawn(process.execPath, ['-e', CLIENT, SHIM, String(notices)], {
      env: home.env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const lifeline = client.stdio[3] as Readable;
    lifeline.resume();
    const allGone = once(lifeline, 'close');
    const peer = await daemon.peer();
    await peer.request('ping');
    if (notices > 0) {
      peer.socket.pause();
      for await (const chunk of client.stderr as Readable) {
        if (String(chunk).includes('stalled')) break;
      }
    }
    client.kill('SIGKILL');
    await allGone; // both the client and the shim have let go of the pipe
    peer.socket.resume();
    await peer.closed;
  });
}

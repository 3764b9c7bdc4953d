import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SOCKET_BURST } from '../../protocol/limits.js';
import { FakeClaudeSocket } from '../support/fake-claude-socket.js';
import { FakeDaemon, type Json, type Peer } from './support/fake-daemon.js';
import { makeHome, type Home } from './support/home.js';
import { ShimProcess } from './support/shim-process.js';

interface Session {
  home: Home;
  claude: FakeClaudeSocket;
  daemon: FakeDaemon;
  peer: Peer;
  shim: ShimProcess;
}

/** A session with a socket, attached. */
async function attachedSession(t: TestContext): Promise<Session> {
  const home = makeHome(t);
  const claude = await FakeClaudeSocket.start(home.dir, (end) => t.after(end));
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home, { ...claude.env, CC2CC_DEBUG: '1' });
  const peer = await daemon.peer();
  return { home, claude, daemon, peer, shim };
}

function push(peer: Peer, id: string, content: string, ids = [`msg-${id}`]): void {
  peer.send({ id, method: 'cc2cc/push', params: { content, ids } });
}

async function answer(peer: Peer): Promise<Json> {
  const line = await peer.lines.next();
  assert.ok(line !== undefined, 'the connection ended before an answer came');
  return line;
}

test('a push reaches the session and nobody else', async (t) => {
  const { claude, peer, shim } = await attachedSession(t);
  push(peer, 'p1', 'the text');
  assert.deepEqual(await answer(peer), {
    jsonrpc: '2.0',
    id: 'p1',
    result: { written: true, nextMs: 0 },
  });
  assert.deepEqual(claude.received, [{ content: 'the text', token: claude.token }]);
  peer.send({ id: 'd1', method: 'ping' });
  assert.equal((await shim.answer())['method'], 'ping', 'the first line that the client sees');
  assert.doesNotMatch(shim.stderr.rest().join('\n'), /the text/);
});

test('sixty pushes at once: the burst is written in order, the others are not', async (t) => {
  const { claude, peer } = await attachedSession(t);
  peer.socket.cork();
  for (let i = 0; i < 60; i += 1) push(peer, `p${i}`, `text ${i}`);
  peer.socket.uncork();
  const results = new Map<string, Json>();
  while (results.size < 60) {
    const { id, result } = await answer(peer);
    results.set(id, result);
  }
  const texts = Array.from({ length: SOCKET_BURST }, (_, i) => `text ${i}`);
  assert.deepEqual(claude.contents, texts);
  for (const [id, { written, nextMs }] of results) {
    assert.equal(written, Number(id.slice(1)) < SOCKET_BURST, id);
    if (written === false) assert.ok(nextMs > 0 && nextMs <= 5000, String(nextMs));
  }
});

test('a push without sense is refused, what is unknown too, and both are not for the client', async (t) => {
  const { claude, peer, shim } = await attachedSession(t);
  peer.send({ id: 'p1', method: 'cc2cc/push', params: { content: 5, ids: [] } });
  assert.equal((await answer(peer))['error'].code, -32602);
  peer.send({ id: 'p2', method: 'cc2cc/pull', params: {} });
  assert.equal((await answer(peer))['error'].code, -32601);
  assert.equal(claude.connections, 0);
  assert.deepEqual(shim.lines.rest(), []);
});

test('a session without a socket says so, and one whose socket is gone too, without a secret', async (t) => {
  const { claude, peer, shim } = await attachedSession(t);
  if (process.platform === 'win32') return t.skip('a pipe leaves no file behind');
  claude.vanish();
  push(peer, 'p1', 'the text');
  const gone = await answer(peer);
  assert.deepEqual(gone['error'], {
    code: -32002,
    message: "The session's socket failed: ENOENT.",
    data: { unsure: false },
  });
  const said = JSON.stringify(gone) + shim.stderr.rest().join('\n');
  assert.ok(!said.includes(claude.token) && !said.includes(claude.path));

  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  new ShimProcess(t, home);
  const other = await daemon.peer();
  push(other, 'p1', 'the text');
  assert.equal((await answer(other))['error'].code, -32001);
});

test('while the session does not read, the rest goes on', async (t) => {
  const { claude, peer, shim } = await attachedSession(t);
  claude.mode = 'hang';
  push(peer, 'p1', 'x'.repeat(1024 * 1024));
  await claude.until(() => claude.connections > 0, 'connection');
  shim.send({ id: 1, method: 'tools/call', params: { name: 'send' } });
  await peer.request('tools/call');
  peer.send({ id: 1, result: {} });
  assert.equal((await shim.answer())['id'], 1);
  const { error } = await answer(peer);
  assert.match(error.message, /ETIMEDOUT/);
  assert.deepEqual(error.data, { unsure: true });
});

test('the daemon dies during a push: the next one knows of it, and gets no answer to it', async (t) => {
  const { home, claude, daemon, peer } = await attachedSession(t);
  claude.mode = 'linger';
  push(peer, 'p1', 'begun', ['msg-1', 'msg-2']);
  push(peer, 'p2', 'waiting', ['msg-3']);
  await claude.content('begun');
  const second = await FakeDaemon.start(t, home);
  daemon.kill();
  const next = await second.peer();
  assert.deepEqual(next.hello.session?.reattach?.pushed, ['msg-1', 'msg-2']);
  // It offers the third again: had the shim written that by itself, it would be there twice.
  push(next, 'n1', 'waiting', ['msg-3']);
  claude.thaw();
  assert.equal((await answer(next))['id'], 'n1');
  assert.deepEqual(claude.contents, ['begun', 'waiting']);
});

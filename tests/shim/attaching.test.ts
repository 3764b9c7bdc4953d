import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { proofOf } from '../../protocol/token.js';
import { FakeDaemon, type Json, type Peer } from './support/fake-daemon.js';
import { makeHome } from './support/home.js';
import { ShimProcess } from './support/shim-process.js';

const INITIALIZE = { id: 0, method: 'initialize', params: { capabilities: {} } };
const CALL = { id: 5, method: 'tools/call', params: { name: 'send', arguments: { text: 'hi' } } };

/** The handshake of a client, all the way. */
async function initialize(shim: ShimProcess, peer: Peer): Promise<void> {
  shim.send(INITIALIZE);
  await peer.request('initialize');
  peer.send({ id: 0, result: { serverInfo: { name: 'fake' } } });
  assert.equal((await shim.answer())['id'], 0);
  shim.send({ method: 'notifications/initialized' });
  await peer.request('notifications/initialized');
}

test('the shim proves itself, says who it is, and carries both ways', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const secret = { CLAUDE_CODE_MESSAGING_SOCKET: '/x.sock', CLAUDE_CODE_MESSAGING_TOKEN: 'hush' };
  const shim = new ShimProcess(t, home, { CC2CC_NAME: 'fox', ...secret });
  const peer = await daemon.peer();
  const { proof, nonce, time, kind, session } = peer.hello;
  assert.equal(proof, proofOf(home.token, 'client', nonce, time));
  assert.equal(kind, 'session');
  assert.equal(session?.pid, shim.child.pid);
  assert.equal(session?.ppid, process.pid);
  assert.equal(session?.wantedName, 'fox');
  assert.equal(session?.messaging, true);
  assert.ok(!('reattach' in session));
  assert.doesNotMatch(JSON.stringify(peer.hello), /hush|x\.sock/);
  await initialize(shim, peer);
  peer.send({ method: 'cc2cc/attached', params: { name: 'fox' } });
  peer.send({ id: 'd1', method: 'ping' });
  assert.equal((await shim.answer())['method'], 'ping');
  shim.send({ id: 'd1', result: {} });
  assert.deepEqual(await peer.lines.next(), { jsonrpc: '2.0', id: 'd1', result: {} });
  assert.deepEqual(shim.stderr.rest(), []);
});

test('what the client says before there is a daemon comes in order', async (t) => {
  const home = makeHome(t);
  // The socket of the rendezvous file is dead; nothing is definite while its daemon is stopped.
  const first = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home, { CC2CC_DEBUG: '1' });
  const peer = await first.peer();
  peer.send({ method: 'cc2cc/retire', params: { mode: 'stop' } });
  await shim.says('retires: stop');
  first.kill();
  await shim.says('stopped on purpose');
  for (const id of [1, 2, 3]) shim.send({ id, method: 'ping' });
  const second = await FakeDaemon.start(t, home);
  const next = await second.peer();
  for (const id of [1, 2, 3]) assert.equal((await next.lines.next())?.['id'], id);
});

test('a stranger gets nothing but the hello, and the client is told', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home, { stranger: true });
  const shim = new ShimProcess(t, home);
  shim.send(CALL);
  const { id, error } = await shim.answer();
  assert.equal(id, 5);
  assert.equal(error.code, -32001);
  assert.equal(error.data.code, 'E_TOKEN');
  assert.match(error.message, /cc2cc-daemon restart/);
  const peer = await daemon.peer();
  await peer.closed;
  assert.deepEqual(peer.lines.rest(), []);
});

test('a refusal that waiting cannot mend is told at once, and the shim stays', async (t) => {
  const home = makeHome(t);
  const refusal = { code: 'E_PROTOCOL' as const, message: 'You are old.', hint: 'Restart it.' };
  const old = await FakeDaemon.start(t, home, { refusal });
  const shim = new ShimProcess(t, home);
  shim.send(INITIALIZE);
  const { error } = await shim.answer();
  assert.deepEqual(error, {
    code: -32001,
    message: 'cc2cc: You are old. Restart it.',
    data: { code: 'E_PROTOCOL', hint: 'Restart it.' },
  });
  await shim.says('You are old.');
  shim.send(CALL);
  assert.equal((await shim.answer())['error'].data.code, 'E_PROTOCOL');
  old.kill();
  const daemon = await FakeDaemon.start(t, home);
  const peer = await daemon.peer();
  shim.send({ id: 6, method: 'ping' });
  await peer.request('ping');
  assert.deepEqual(shim.stderr.rest(), [], 'one complaint, not one per attempt');
});

test('a start that is forbidden is told at once', async (t) => {
  const shim = new ShimProcess(t, makeHome(t));
  shim.send(CALL);
  const { error } = await shim.answer();
  assert.equal(error.data.code, 'E_NO_DAEMON');
  assert.match(error.message, /CC2CC_NO_LAUNCH.*cc2cc-daemon run/);
  assert.doesNotMatch(error.message, /may or may not/);
});

test('a bridge root that cannot be is told at once', async (t) => {
  const shim = new ShimProcess(t, makeHome(t), { CC2CC_BRIDGE_DIR: 'not/absolute' });
  shim.send(INITIALIZE);
  assert.equal((await shim.answer())['error'].data.code, 'E_PATH');
});

test('a daemon dies during a call: the next one gets it again and answers', async (t) => {
  const begun = Date.now();
  const home = makeHome(t);
  const first = await FakeDaemon.start(t, home, { tools: 'old' });
  const shim = new ShimProcess(t, home);
  const peer = await first.peer();
  await initialize(shim, peer);
  peer.send({ method: 'cc2cc/attached', params: { name: 'fox-2' } });
  shim.send({ id: 1, method: 'tools/list' });
  await peer.request('tools/list');
  peer.send({ id: 1, result: { tools: [] } });
  await shim.answer();
  const meta = { msg_id: 'msg-1' };
  peer.send({ method: 'notifications/claude/channel', params: { content: 'c', meta } });
  await shim.answer();
  shim.send(CALL);
  const call = await peer.request('tools/call');
  // With the successor's address in place, no attempt of the shim finds nobody.
  const second = await FakeDaemon.start(t, home, { tools: 'new' });
  first.kill();
  const next = await second.peer();
  const { reattach, ...facts } = next.hello.session!;
  assert.deepEqual(facts, peer.hello.session);
  const { since = 0, ...known } = reattach!;
  assert.deepEqual(known, { name: 'fox-2', listed: true, tools: 'old', pushed: ['msg-1'] });
  assert.ok(since >= begun && since <= Date.now(), 'when it was given the name first');
  const replayed = [await next.lines.next(), await next.lines.next(), await next.lines.next()];
  assert.deepEqual(replayed, [
    { jsonrpc: '2.0', ...INITIALIZE },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    call,
  ]);
  next.send({ id: 0, result: { serverInfo: { name: 'swallowed' } } });
  next.send({ id: 5, result: { content: [] } });
  assert.deepEqual(await shim.answer(), { jsonrpc: '2.0', id: 5, result: { content: [] } });
});

test('half a line of a dead daemon reaches nobody', async (t) => {
  const home = makeHome(t);
  const first = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  const peer = await first.peer();
  shim.send(CALL);
  await peer.request('tools/call');
  const second = await FakeDaemon.start(t, home);
  const half = '{"jsonrpc":"2.0","id":5,"result":{"_meta":{"cc2cc/ids":["msg-1"]},"con';
  peer.socket.write(half, () => first.kill());
  const next = await second.peer();
  assert.deepEqual(next.hello.session?.reattach?.pushed, []);
  await next.request('tools/call');
  next.send({ id: 5, result: { whole: true } });
  assert.deepEqual((await shim.answer())['result'], { whole: true });
});

/** Kills the daemon under a shim that has been told to expect it. */
async function loseDaemon(daemon: FakeDaemon, peer: Peer, mode?: string): Promise<void> {
  if (mode !== undefined) peer.send({ method: 'cc2cc/retire', params: { mode } });
  await new Promise<void>((resolve) => peer.socket.end(resolve));
  await peer.closed;
  daemon.kill();
  rmSync(daemon.home.paths.rendezvous);
}

test('after retire "stop" the shim starts no daemon and waits for somebody else to', async (t) => {
  const home = makeHome(t);
  const first = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home, { CC2CC_DEBUG: '1' });
  await loseDaemon(first, await first.peer(), 'stop');
  await shim.says('stopped on purpose');
  shim.send(CALL);
  const { error } = await shim.answer();
  assert.equal(error.data.code, 'E_STOPPED', 'had it tried to start one, it would be E_NO_DAEMON');
  assert.match(error.message, /cc2cc-daemon start/);
  const second = await FakeDaemon.start(t, home);
  const peer = await second.peer();
  shim.send({ ...CALL, id: 6 });
  await peer.request('tools/call');
  // Somebody started one, so the next loss is an ordinary one.
  await loseDaemon(second, peer);
  await shim.says('CC2CC_NO_LAUNCH');
  assert.match((await shim.answer())['error'].message, /may or may not/);
});

test('after retire "restart" the shim starts the next daemon', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  await loseDaemon(daemon, await daemon.peer(), 'restart');
  await shim.says('CC2CC_NO_LAUNCH');
});

test('a session that lost its daemon does not start one while the user keeps it stopped', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home, { CC2CC_DEBUG: '1' });
  const peer = await daemon.peer();
  writeFileSync(home.paths.stopped, '');
  await loseDaemon(daemon, peer);
  await shim.says('stopped on purpose');
});

test('a new session starts a daemon although it was stopped', async (t) => {
  const home = makeHome(t);
  writeFileSync(home.paths.stopped, '');
  const shim = new ShimProcess(t, home);
  await shim.says('CC2CC_NO_LAUNCH');
});

test('three megabytes pass in one line, both ways, whatever the readers do', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  const peer = await daemon.peer();
  const text = 'é😀"\\\n'.repeat(250_000);
  const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
  // Nobody reads for a while, so that every buffer on the way fills up.
  peer.socket.pause();
  for (const id of [1, 2, 3]) {
    shim.send({ id, method: 'tools/call', params: { name: 'send', arguments: { text } } });
  }
  shim.child.stdout.pause();
  peer.socket.resume();
  for (const id of [1, 2, 3]) {
    const call = await peer.request('tools/call');
    assert.equal(call['id'], id);
    assert.equal(hash(call['params'].arguments.text), hash(text));
    peer.send({ id, result: { text } });
  }
  shim.child.stdout.resume();
  for (const id of [1, 2, 3]) {
    const answer = await shim.answer();
    assert.equal(answer['id'], id);
    assert.equal(hash(answer['result'].text), hash(text));
  }
  // Nobody is held up any more, also not the next daemon.
  const second = await FakeDaemon.start(t, home);
  daemon.kill();
  (await second.peer()).send({ id: 'p', method: 'ping' });
  assert.equal((await shim.answer())['method'], 'ping');
});

test('with 16 MiB waiting for a daemon the client has to wait, and then all comes', async (t) => {
  const home = makeHome(t);
  // Whoever is told "I am about to leave, try again" goes on waiting.
  const refusal = { code: 'E_RETIRING' as const, message: 'Leaving.' };
  await FakeDaemon.start(t, home, { refusal });
  const shim = new ShimProcess(t, home, { CC2CC_DEBUG: '1' });
  await shim.says('Leaving.');
  const text = 'x'.repeat(1024 * 1024);
  const ids = Array.from({ length: 40 }, (_, i) => i);
  for (const id of ids) {
    const request = JSON.stringify({ jsonrpc: '2.0', id, method: 'ping', params: { text } });
    shim.child.stdin.write(`${request}\n`);
  }
  await shim.says('stdin is paused');
  // The first one stays until the end: were it gone at a dial, the forbidden start would be told.
  const second = await FakeDaemon.start(t, home);
  const peer = await second.peer();
  for (const id of ids) assert.equal((await peer.lines.next())?.['id'], id);
  await shim.says('stdin is read again');
});

test('nonsense of the client is answered, not forwarded', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  const peer = await daemon.peer();
  shim.child.stdin.write('{"jsonrpc"\n[]\n\r\n');
  assert.equal((await shim.answer())['error'].code, -32700);
  assert.equal((await shim.answer())['error'].code, -32600);
  shim.send({ id: 1, method: 'ping' });
  assert.equal((await peer.lines.next())?.['method'], 'ping');
});

test('a line that never ends is answered, and then the shim', async (t) => {
  const home = makeHome(t);
  await FakeDaemon.start(t, home);
  const shim = new ShimProcess(t, home);
  shim.child.stdin.write('x'.repeat(9 * 1024 * 1024));
  const answer: Json = await shim.answer();
  assert.equal(answer['error'].code, -32600);
  assert.deepEqual(await shim.exited, { code: 0, signal: null });
});

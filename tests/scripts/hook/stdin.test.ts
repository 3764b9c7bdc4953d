/** Whatever comes on stdin, or does not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FakeDaemon } from '../../shim/support/fake-daemon.js';
import { makeHome } from '../../shim/support/home.js';
import { CC2CC, HookProcess, runHook, UNNOTICED } from './support.js';

const NONSENSE: [title: string, stdin: string | Buffer][] = [
  ['nothing', ''],
  ['no JSON', 'hello'],
  ['half of an object', '{"session_id":"a"'],
  ['two objects', '{"session_id":"a"}{"session_id":"b"}'],
  ['a list', '[{"session_id":"a"}]'],
  ['null', 'null'],
  ['binary', Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256))],
  ['deep nesting', '['.repeat(200_000)],
  ['no session', '{"cwd":"/"}'],
  ['facts of wrong kinds', '{"session_id":5,"transcript_path":["x"]}'],
];
for (const [title, stdin] of NONSENSE) {
  test(`stdin with ${title}: unnoticed, and the daemon is not asked`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    for (const event of ['post-tool-use', 'user-prompt-submit']) {
      assert.deepEqual(await runHook(t, home, [event], { stdin }), UNNOTICED);
    }
    assert.deepEqual(daemon.peers.rest(), []);
  });
}

test('a huge prompt: its ids are reported', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const prompt = `[cc2cc] mail\n[msg-1] from ann\n> ${'long '.repeat(1_500_000)}`;
  const stdin = JSON.stringify({ session_id: 'a', prompt });
  const ended = runHook(t, home, ['user-prompt-submit'], { stdin });
  const peer = await daemon.peer();
  const { id, params } = await peer.request('hook');
  assert.deepEqual(params, { sessionId: 'a', event: 'user-prompt-submit', ids: ['msg-1'] });
  peer.send({ id, result: { text: null, receipt: null } });
  assert.deepEqual(await ended, UNNOTICED);
});

test('more than can be of use is read to its end and dropped', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const stdin = JSON.stringify({ session_id: 'a', tool_response: 'x'.repeat(9 * 1024 * 1024) });
  const hook = new HookProcess(t, home, ['post-tool-use'], { stdin });
  await once(hook.child.stdin, 'finish'); // the client has written all, without an error
  assert.deepEqual(await hook.ended, UNNOTICED);
  assert.deepEqual(daemon.peers.rest(), []);
});

test('stdin that is closed', async (t) => {
  if (process.platform === 'win32') return t.skip('needs sh');
  const home = makeHome(t);
  const script = 'exec "$0" "$1" hook stop <&-';
  const command = ['sh', '-c', script, process.execPath, CC2CC] as const;
  assert.deepEqual(await runHook(t, home, [], { command }), UNNOTICED);
});

test('stdin that is a folder', async (t) => {
  if (process.platform === 'win32') return t.skip('needs sh');
  const home = makeHome(t);
  const command = ['sh', '-c', 'exec "$0" "$1" hook stop </', process.execPath, CC2CC] as const;
  assert.deepEqual(await runHook(t, home, [], { command }), UNNOTICED);
});

test('stdin that never ends, with nothing in it', async (t) => {
  const home = makeHome(t);
  assert.deepEqual(await runHook(t, home, ['stop']), UNNOTICED);
});

test('stdin that never ends, with all that is needed in it', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['stop'], { stdin: '{"session_id":"a"}', open: true });
  const peer = await daemon.peer();
  const { id, params } = await peer.request('hook');
  assert.equal(params.sessionId, 'a');
  peer.send({ id, result: { text: null, receipt: null } });
  assert.deepEqual(await ended, UNNOTICED);
});

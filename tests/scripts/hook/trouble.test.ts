/** A hook must never disturb a session, whatever becomes of its daemon. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { FakeDaemon, type FakeOptions, type Peer } from '../../shim/support/fake-daemon.js';
import { makeHome, type Home } from '../../shim/support/home.js';
import { runHook, UNNOTICED } from './support.js';

const STDIN = JSON.stringify({ session_id: 'session-1', transcript_path: '/t.jsonl' });

/** Nobody to talk to. */
const ABSENT: [title: string, arrange: (home: Home) => void, env?: Record<string, string>][] = [
  ['no daemon ever', () => {}],
  [
    'a daemon that died',
    (home) => {
      const socket = `${home.dir}/gone.sock`;
      const facts = { protocol: 1, version: '0', instance: 'x', pid: 1, root: home.root };
      writeFileSync(home.paths.rendezvous, JSON.stringify({ ...facts, socket, started: '' }));
    },
  ],
  ['a broken rendezvous file', (home) => writeFileSync(home.paths.rendezvous, '\0{')],
  ['a folder for a rendezvous file', (home) => mkdirSync(home.paths.rendezvous)],
  ['a root that cannot be', () => {}, { CC2CC_BRIDGE_DIR: 'relative' }],
];
for (const [title, arrange, env = {}] of ABSENT) {
  test(`${title}: unnoticed`, async (t) => {
    const home = makeHome(t);
    arrange(home);
    assert.deepEqual(await runHook(t, home, ['stop'], { env, stdin: STDIN }), UNNOTICED);
    const debugged = { ...env, CC2CC_DEBUG: '1' };
    const { code, stdout, stderr } = await runHook(t, home, ['stop'], {
      env: debugged,
      stdin: STDIN,
    });
    assert.deepEqual([code, stdout], [0, '']);
    assert.match(stderr, /^cc2cc hook: .+\n$/);
  });
}

test('no token: unnoticed', async (t) => {
  const home = makeHome(t);
  await FakeDaemon.start(t, home);
  rmSync(home.paths.token);
  assert.deepEqual(await runHook(t, home, ['stop'], { stdin: STDIN }), UNNOTICED);
});

const REFUSALS: [title: string, options: FakeOptions][] = [
  ['a stranger without the token', { stranger: true }],
  ['a refusal', { refusal: { code: 'E_RETIRING', message: 'about to leave' } }],
];
for (const [title, options] of REFUSALS) {
  test(`${title}: unnoticed, and told nothing of the session`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home, options);
    assert.deepEqual(await runHook(t, home, ['stop'], { stdin: STDIN }), UNNOTICED);
    const peer = await daemon.peer();
    await peer.closed;
    assert.deepEqual(peer.lines.rest(), []);
  });
}

const ANSWERS: [title: string, answer: (peer: Peer, id: unknown) => void][] = [
  ['hangs up', (peer) => peer.socket.destroy()],
  ['hangs up within its answer', (peer) => peer.socket.end('{"jsonrpc":"2.0","id":1,"res')],
  ['answers with an error', (peer, id) => peer.send({ id, error: { code: -1, message: 'no' } })],
  ['answers with nonsense', (peer) => peer.socket.write('nonsense\n')],
  ['answers with bytes', (peer) => peer.socket.write(Buffer.from([0xff, 0, 0xfe, 10]))],
  ['answers another question', (peer) => peer.socket.end('{"id":99,"result":{"text":"x"}}\n')],
  ['answers without a text', (peer, id) => peer.send({ id, result: {} })],
  ['answers with a number', (peer, id) => peer.send({ id, result: { text: 5, receipt: 'r' } })],
];
for (const [title, answer] of ANSWERS) {
  test(`a daemon that ${title}: unnoticed`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const ended = runHook(t, home, ['stop'], { stdin: STDIN });
    const peer = await daemon.peer();
    answer(peer, (await peer.request('hook'))['id']);
    assert.deepEqual(await ended, UNNOTICED);
    assert.deepEqual(peer.lines.rest(), [], 'no receipt');
  });
}

for (const [what, text] of [
  ['broken', '{'],
  ['with a wrong value', '{"hookMs": "long", "debug": "loud", "nonsense": 1}'],
] as const) {
  test(`a config.json that is ${what} is not felt in the session`, async (t) => {
    const home = makeHome(t);
    mkdirSync(dirname(home.paths.config), { recursive: true });
    writeFileSync(home.paths.config, text);
    const env = { CC2CC_HOOK_MS: '' };
    for (const word of ['post-tool-use', 'stop', 'session-end']) {
      assert.deepEqual(await runHook(t, home, [word], { env, stdin: STDIN }), UNNOTICED);
    }
  });
}

/** What else would end it: a dial's own deadline is 5 s. */
const SOON_MS = 1_500;

for (const [title, options] of [
  ['no answer to the hello', { hung: true }],
  ['no answer to the report', {}],
] satisfies [string, FakeOptions][]) {
  test(`${title}: the hook gives up soon`, async (t) => {
    const home = makeHome(t);
    await FakeDaemon.start(t, home, options);
    // Beside a bare Node process, so that a busy machine weighs on both.
    const bare = ['-e', '0'];
    const env = { CC2CC_HOOK_MS: '' };
    const start = performance.now();
    const took = async (ended: Promise<unknown>): Promise<number> => {
      await ended;
      return performance.now() - start;
    };
    const ended = runHook(t, home, ['post-tool-use'], { env, stdin: STDIN });
    const [ours, floor] = await Promise.all([
      took(ended),
      took(runHook(t, home, bare, { command: [process.execPath], stdin: '' })),
    ]);
    assert.deepEqual(await ended, UNNOTICED);
    assert.ok(ours < 10 * floor + SOON_MS, `${ours} ms, a bare process ${floor} ms`);
  });
}

import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { HopPushed } from '../../protocol/hop.js';
import { SOCKET_BURST, SOCKET_REFILL_MS } from '../../protocol/limits.js';
import { sessionAddress, SessionSocket, type PushFailure } from '../../shim/session-socket.js';
import { FakeClaudeSocket, type FakeClaudeOptions } from '../support/fake-claude-socket.js';

const UNIX = process.platform !== 'win32';

function folder(t: TestContext): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cc2cc-k-')));
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** A client, and our end of its socket with a clock of the test's own. */
class Pair {
  now = 1000;
  /** What was begun, in order. */
  readonly begun: string[] = [];
  readonly socket: SessionSocket;

  private constructor(readonly claude: FakeClaudeSocket) {
    this.socket = new SessionSocket(sessionAddress(claude.env), () => this.now);
  }

  static async start(t: TestContext, options?: FakeClaudeOptions): Promise<Pair> {
    return new Pair(await FakeClaudeSocket.start(folder(t), (end) => t.after(end), options));
  }

  push(content: string, signal = new AbortController().signal): Promise<HopPushed | PushFailure> {
    return this.socket.push(content, { onBegin: () => this.begun.push(content), signal });
  }
}

test('the token goes first, then the text, and the client has read it when the push is done', async (t) => {
  const { claude, socket } = await Pair.start(t, { demandsToken: true });
  const content = 'two\nlines, "é😀\u0000\u2028';
  const options = { onBegin: () => {}, signal: new AbortController().signal };
  assert.deepEqual(await socket.push(content, options), { written: true, nextMs: 0 });
  assert.deepEqual(claude.received, [{ content, token: claude.token }]);
  assert.deepEqual(
    claude.lines.map((line) => JSON.parse(line)),
    [
      { type: 'auth', token: claude.token },
      { type: 'user', message: { role: 'user', content } },
    ],
  );
});

test('without a token there is no line for it', async (t) => {
  const { claude } = await Pair.start(t);
  const { CLAUDE_CODE_MESSAGING_SOCKET } = claude.env;
  const socket = new SessionSocket(
    sessionAddress({ CLAUDE_CODE_MESSAGING_SOCKET, CLAUDE_CODE_MESSAGING_TOKEN: '' }),
  );
  await socket.push('hello', { onBegin: () => {}, signal: new AbortController().signal });
  assert.deepEqual(claude.received, [{ content: 'hello', token: undefined }]);
  assert.equal(claude.lines.length, 1);
});

test('one after another keeps the order', async (t) => {
  const pair = await Pair.start(t);
  const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
  for (const text of texts) await pair.push(text);
  assert.deepEqual(pair.claude.contents, texts);
  assert.deepEqual(pair.begun, texts);
});

test('sixty at once: as many as the client takes for certain, and it drops none', async (t) => {
  const pair = await Pair.start(t);
  const outcomes: unknown[] = [];
  for (let i = 0; i < 60; i += 1) outcomes.push(await pair.push(`text ${i}`));
  assert.equal(pair.claude.received.length, SOCKET_BURST);
  assert.deepEqual(pair.claude.dropped, []);
  const full = { written: false, nextMs: SOCKET_REFILL_MS };
  assert.deepEqual(outcomes.slice(SOCKET_BURST), Array(60 - SOCKET_BURST).fill(full));
  assert.deepEqual(outcomes[SOCKET_BURST - 1], { written: true, nextMs: SOCKET_REFILL_MS });
  assert.equal(pair.begun.length, SOCKET_BURST);
  assert.equal(pair.claude.connections, SOCKET_BURST, 'nothing is written that is not counted');
});

test('after a burst there is one more as often as said', async (t) => {
  const pair = await Pair.start(t);
  for (let i = 0; i < SOCKET_BURST; i += 1) await pair.push(`text ${i}`);
  pair.now += SOCKET_REFILL_MS - 1;
  assert.deepEqual(await pair.push('too soon'), { written: false, nextMs: 1 });
  pair.now += 1;
  assert.deepEqual(await pair.push('in time'), { written: true, nextMs: SOCKET_REFILL_MS });
  assert.equal(pair.claude.contents.at(-1), 'in time');
  pair.now += 2 * SOCKET_REFILL_MS;
  assert.deepEqual(await pair.push('later'), { written: true, nextMs: 0 });
});

test('a session without a socket says so', async () => {
  const socket = new SessionSocket(sessionAddress({ CLAUDE_CODE_MESSAGING_TOKEN: 'hush' }));
  const options = { onBegin: () => assert.fail('begun'), signal: new AbortController().signal };
  assert.deepEqual(await socket.push('text', options), {
    code: -32001,
    message: 'The session has no socket of its own.',
    unsure: false,
  });
});

const GONE: [how: 'vanish' | 'refuse', errno: string][] = [
  ['vanish', 'ENOENT'],
  ['refuse', 'ECONNREFUSED'],
];

for (const [how, errno] of GONE) {
  test(`a client that is gone (${errno}) is an error that names neither path nor token`, async (t) => {
    if (!UNIX) return t.skip('a pipe leaves no file behind');
    const pair = await Pair.start(t);
    pair.claude[how]();
    // As often as one likes: what never met the client takes nothing from the burst.
    for (let i = 0; i <= SOCKET_BURST; i += 1) {
      assert.deepEqual(await pair.push('text'), {
        code: -32002,
        message: `The session's socket failed: ${errno}.`,
        unsure: false,
      });
    }
    assert.deepEqual(pair.begun, []);
  });
}

test('a client that stands still gets a short text later, and the push does not hang', async (t) => {
  // The real client, stopped with SIGSTOP, read both of two such texts when it went on.
  const pair = await Pair.start(t);
  pair.claude.mode = 'hang';
  assert.deepEqual(await pair.push('short'), { written: true, nextMs: 0 });
  assert.deepEqual(pair.claude.lines, []);
  pair.claude.thaw();
  await pair.claude.content('short');
  assert.deepEqual(pair.claude.contents, ['short']);
});

test('a client that never ends has read all the same', async (t) => {
  const pair = await Pair.start(t);
  pair.claude.mode = 'linger';
  assert.deepEqual(await pair.push('text'), { written: true, nextMs: 0 });
  assert.deepEqual(pair.claude.contents, ['text']);
});

test('a long text that a client stands still on is an error, after a part was written', async (t) => {
  const pair = await Pair.start(t);
  pair.claude.mode = 'hang';
  const outcome = await pair.push('x'.repeat(5 * 1024 * 1024));
  assert.deepEqual(outcome, {
    code: -32002,
    message: "The session's socket failed: ETIMEDOUT.",
    unsure: true,
  });
  assert.equal(pair.begun.length, 1);
});

test('a client that ends in the middle is an error, after a part was written', async (t) => {
  const pair = await Pair.start(t);
  pair.claude.mode = 'hang';
  const outcome = pair.push('x'.repeat(5 * 1024 * 1024));
  await pair.claude.until(() => pair.claude.connections > 0, 'connection');
  pair.claude.reset();
  const failed = await outcome;
  assert.ok('code' in failed && failed.unsure, JSON.stringify(failed));
  assert.match(failed.message, /E(PIPE|CONNRESET)/);
});

test('a mebibyte gets through whole', async (t) => {
  const pair = await Pair.start(t);
  const content = 'y'.repeat(1024 * 1024);
  assert.deepEqual(await pair.push(content), { written: true, nextMs: 0 });
  // What the client does with it is another matter: one of this length it was seen to drop.
  assert.ok(pair.claude.dropped[0] === content);
});

test('what was given up before it began is not written; what has begun goes on', async (t) => {
  const pair = await Pair.start(t);
  const early = new AbortController();
  const never = pair.push('never', early.signal);
  early.abort();
  const outcome = await never;
  assert.ok('code' in outcome && !outcome.unsure);
  assert.deepEqual(pair.begun, []);

  const late = new AbortController();
  const options = {
    onBegin: () => {
      late.abort();
    },
    signal: late.signal,
  };
  assert.deepEqual(await pair.socket.push('whole', options), { written: true, nextMs: 0 });
  assert.deepEqual(pair.claude.contents, ['whole']);
});

const PATHS = ['\\\\.\\pipe\\claude-4711', '/tmp/cc-socks/4711.sock', '4711'];

for (const path of PATHS) {
  test(`the path goes to the system as it is: ${path}`, async (t) => {
    const { claude } = await Pair.start(t);
    const dialled: string[] = [];
    const dial = (to: string): Socket => {
      dialled.push(to);
      return connect({ path: claude.path });
    };
    const address = sessionAddress({ CLAUDE_CODE_MESSAGING_SOCKET: path });
    const socket = new SessionSocket(address, undefined, dial);
    await socket.push('text', { onBegin: () => {}, signal: new AbortController().signal });
    assert.deepEqual(dialled, [path]);
  });
}

test('a path that cannot be one is an error and no crash', async () => {
  const socket = new SessionSocket({ path: '/a\0b', token: 'hush' });
  const options = { onBegin: () => {}, signal: new AbortController().signal };
  const outcome = await socket.push('text', options);
  assert.ok('code' in outcome && outcome.code === -32002);
  assert.doesNotMatch(JSON.stringify(outcome), /hush/);
});

test('a path of digits is no port', async () => {
  const socket = new SessionSocket({ path: '1' });
  const options = { onBegin: () => {}, signal: new AbortController().signal };
  const outcome = await socket.push('text', options);
  assert.ok('code' in outcome && outcome.message.includes('ENOENT'), JSON.stringify(outcome));
});

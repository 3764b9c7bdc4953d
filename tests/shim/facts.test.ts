import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { helloChecker } from '../../daemon/hello-check.js';
import type { SessionFacts } from '../../protocol/hello.js';
import { makeHello } from '../../protocol/hello.js';
import { MAX_HELLO_BYTES, PUSHED_RING } from '../../protocol/limits.js';
import { channelsIn } from '../../shim/channels.js';
import { gatherFacts } from '../../shim/facts.js';

const DEV = '--dangerously-load-development-channels';

const COMMAND_LINES: [line: string[], channels: string[]][] = [
  [['claude'], []],
  [['claude', DEV, 'server:cc2cc'], ['server:cc2cc']],
  [['claude', `${DEV}=server:cc2cc`], ['server:cc2cc']],
  [
    ['claude', DEV, 'server:a', 'server:b', '-p', 'server:c'],
    ['server:a', 'server:b'],
  ],
  [
    ['claude', '--channels', 'server:a,plugin:b@c'],
    ['server:a', 'plugin:b@c'],
  ],
  [
    ['claude', '--channels', 'server:a', DEV, 'server:b'],
    ['server:a', 'server:b'],
  ],
  [['claude', '--channels', 'server:a', '--channels=server:a'], ['server:a']],
  [['claude', '--model', 'server:x', DEV], []],
];

for (const [line, channels] of COMMAND_LINES) {
  test(`channels in: ${line.join(' ')}`, () => {
    assert.deepEqual(channelsIn(line), channels);
  });
}

test('a prompt that follows the channels is not sent along', () => {
  const line = ['claude', DEV, 'server:cc2cc', 'the password is hunter2', 'key:sk-123'];
  assert.deepEqual(channelsIn(line), ['server:cc2cc']);
});

test('channels in a hostile number are cut', () => {
  const many = Array.from({ length: 1000 }, (_, i) => `server:s${i}`);
  assert.equal(channelsIn(['claude', DEV, ...many]).length, 20);
});

test('the launcher of the plugin says that the shim is its', async () => {
  assert.equal((await gatherFacts({}, ['--of-plugin'])).plugin, true);
  assert.equal((await gatherFacts({ CLAUDE_PLUGIN_ROOT: '/of/another' }, [])).plugin, undefined);
});

test('facts come from the environment', async () => {
  const { attachKey, ...facts } = await gatherFacts({
    CLAUDE_PROJECT_DIR: '/p',
    CLAUDE_CODE_SESSION_ID: 's',
    CC2CC_NAME: 'fox',
    SELF: 'owl',
    CLAUDE_CODE_ENTRYPOINT: 'cli',
    CLAUDE_CODE_MESSAGING_SOCKET: '/secret.sock',
    CLAUDE_CODE_MESSAGING_TOKEN: 'secret-token',
    CLAUDE_CONFIG_DIR: resolve('/c'),
    CC2CC_LANES: 'hook',
    CC2CC_TRANSCRIPT: 'off',
    CC2CC_PRESENCE: 'off',
  });
  assert.match(attachKey, /^[0-9a-f]{32}$/);
  assert.deepEqual(facts, {
    pid: process.pid,
    ppid: process.ppid,
    cwd: process.cwd(),
    projectDir: '/p',
    sessionId: 's',
    wantedName: 'fox',
    entrypoint: 'cli',
    messaging: true,
    channels: [],
    lanes: 'hook',
    claudeDir: resolve('/c'),
    transcript: 'off',
    presence: 'off',
  });
});

test('what is not set is not sent, and an empty variable is not set', async () => {
  const env = { CC2CC_NAME: '', SELF: 'owl', CC2CC_LANES: '', CC2CC_TRANSCRIPT: '' };
  const facts = await gatherFacts(env);
  assert.equal(facts.wantedName, 'owl');
  assert.equal(facts.messaging, false);
  for (const key of ['projectDir', 'sessionId', 'entrypoint', 'lanes', 'transcript', 'presence']) {
    assert.ok(!(key in facts), key);
  }
});

const CLAUDE_FOLDERS: [env: Record<string, string>, folder: string | undefined][] = [
  [{ CLAUDECODE: '1' }, join(homedir(), '.claude')],
  [{ CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_CONFIG_DIR: '' }, join(homedir(), '.claude')],
  [{ CLAUDECODE: '1', CLAUDE_CONFIG_DIR: resolve('/c') }, resolve('/c')],
  [{ CLAUDECODE: '1', CLAUDE_CONFIG_DIR: 'c' }, resolve('c')],
  [{ CLAUDE_CONFIG_DIR: resolve('/c') }, undefined],
  [{ CLAUDECODE: '', CLAUDE_CODE_ENTRYPOINT: '' }, undefined],
];

for (const [env, folder] of CLAUDE_FOLDERS) {
  test(`the client's own folder with ${JSON.stringify(env)}`, async () => {
    assert.equal((await gatherFacts(env)).claudeDir, folder);
  });
}

test('the socket of the session and its token stay here', async () => {
  const facts = await gatherFacts({
    CLAUDE_CODE_MESSAGING_SOCKET: '/secret.sock',
    CLAUDE_CODE_MESSAGING_TOKEN: 'secret-token',
  });
  assert.equal(facts.messaging, true);
  assert.doesNotMatch(JSON.stringify(facts), /secret/);
});

test('each process has an attach key of its own', async () => {
  const [a, b] = await Promise.all([gatherFacts({}), gatherFacts({})]);
  assert.notEqual(a.attachKey, b.attachKey);
});

const longChannel = (i: number): string => `server:${String(i).padStart(128, 'c')}`;

test('a daemon takes the largest facts, with a full ring', async () => {
  // A control character takes six bytes in JSON: nothing takes more.
  const long = '\u0001'.repeat(100_000);
  const facts: SessionFacts = await gatherFacts({
    CLAUDE_PROJECT_DIR: long,
    CLAUDE_CODE_SESSION_ID: long,
    CC2CC_NAME: long,
    CLAUDE_CODE_ENTRYPOINT: long,
    CLAUDE_CONFIG_DIR: resolve('/', long),
    CC2CC_LANES: long,
    CC2CC_TRANSCRIPT: long,
    CC2CC_PRESENCE: long,
  });
  const session = {
    ...facts,
    cwd: long.slice(0, 4096),
    channels: channelsIn(['--channels', ...Array.from({ length: 99 }, (_, i) => longChannel(i))]),
    reattach: {
      name: 'n'.repeat(31),
      listed: true,
      tools: 't'.repeat(64),
      pushed: Array.from({ length: PUSHED_RING }, (_, i) => `msg-${String(i).padStart(64, 'm')}`),
    },
  };
  assert.equal(session.channels.length, 20);
  const token = '0'.repeat(64);
  const hello = Buffer.from(JSON.stringify(makeHello(token, session)));
  assert.ok(hello.length < MAX_HELLO_BYTES);
  assert.deepEqual(helloChecker(token)(hello).session, session);
});

/** Bridge roots that must not or cannot be used: an error with the path and what to do. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RpcError, type McpClient } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, startShim } from '../../support/agents.js';
import { daemonPid, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { readMessages } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { makeReadOnly, makeWritable, mountRoot } from './mounts.js';
import { daemonCommand } from './support.js';

const isRoot = process.getuid?.() === 0;

/** The answer to `initialize` when no daemon can be had. */
async function refusalOf(client: McpClient): Promise<RpcError> {
  try {
    await client.initialize();
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error('The handshake has worked.');
}

/** The command and the shim both refuse, with the same words; neither leaves a daemon behind. */
async function assertRefused(sandbox: Sandbox, code: string, words: RegExp[]): Promise<McpClient> {
  const command = await daemonCommand(sandbox, ['start']);
  assert.equal(command.code, 1);
  assert.equal(command.stdout, '');
  const shim = startShim(sandbox);
  const error = await refusalOf(shim);
  assert.equal(error.code, -32001);
  assert.equal((error.data as { code: string }).code, code);
  for (const word of words) {
    assert.match(command.stderr, word);
    assert.match(error.message, word);
  }
  assert.equal(daemonPid(sandbox), undefined); // a process that tries and ends may be there
  return shim;
}

for (const mode of [0o770, 0o707, 0o777]) {
  test(`a root with mode ${mode.toString(8)} is refused until it is mended`, async (t) => {
    if (process.platform === 'win32') return t.skip('Windows has no mode bits');
    const sandbox = makeSandbox();
    t.after(() => sandbox.cleanup());
    mkdirSync(sandbox.root);
    chmodSync(sandbox.root, mode);
    const told = [new RegExp(`mode ${mode.toString(8)}`), /chmod go-w '/, new RegExp(sandbox.root)];
    const shim = await assertRefused(sandbox, 'E_UNSAFE', told);
    assert.deepEqual(readdirSync(sandbox.root), [], 'nothing is written into it');
    assert.equal(statSync(sandbox.root).mode & 0o777, mode, 'and it is not changed');

    chmodSync(sandbox.root, mode & ~0o022);
    await shim.initialize();
    assert.match(await nameOf(shim), /-/);
    assert.equal(statSync(sandbox.root).mode & 0o777, 0o700);
  });
}

test('a root of another user is refused', async (t) => {
  if (!isRoot) return t.skip('only root can give a folder away');
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  mkdirSync(sandbox.root, { mode: 0o700 });
  chownSync(sandbox.root, 12345, 12345);
  await assertRefused(sandbox, 'E_UNSAFE', [/belongs to user 12345/, /chown/]);
  assert.deepEqual(readdirSync(sandbox.root), []);
});

test('a root that is a file, or a link to nowhere, is refused', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  symlinkSync(join(sandbox.dir, 'nowhere'), sandbox.root);
  const { code, stderr } = await daemonCommand(sandbox, ['start']);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(sandbox.root));
  const file = { CC2CC_BRIDGE_DIR: process.execPath };
  const second = await daemonCommand(sandbox, ['start'], file);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /is not a folder/);
});

test('a root that is read-only from the start is refused with its path', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  if (isRoot) {
    const why = mountRoot(sandbox, 'size=1m,ro');
    if (why !== undefined) return t.skip(why);
  } else {
    mkdirSync(sandbox.root);
    chmodSync(sandbox.root, 0o500);
    sandbox.defer(() => {
      chmodSync(sandbox.root, 0o700);
    });
  }
  const errno = isRoot ? /EROFS at / : /EACCES at /;
  await assertRefused(sandbox, 'E_STORE', [errno, new RegExp(sandbox.root)]);
});

test('a root that becomes read-only: sends say so, and work again afterwards', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, 'size=4m');
  if (why !== undefined) return t.skip(why);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const [pid] = daemonPids(sandbox);
  makeReadOnly(sandbox);
  const refused = await ann.call('send', { to: 'ben', text: 'not now' });
  assert.equal(refused.isError, true);
  assert.match(refused.text, /EROFS at .*to-ben.*read-only/);
  makeWritable(sandbox);
  assert.equal((await ann.call('send', { to: 'ben', text: 'but now' })).isError, false);
  await ben.waitForMessage('but now');
  const texts = readMessages(sandbox, 'ben', 'inbox').map(({ content }) => content.text);
  assert.deepEqual(texts, ['but now']);
  assert.deepEqual(daemonPids(sandbox), [pid]);
});

test('a root that becomes read-only is no healthy one for `cc2cc-daemon status`', async (t) => {
  const sandbox = makeSandbox({ CC2CC_ROUND_MS: '100' });
  t.after(() => sandbox.cleanup());
  const why = mountRoot(sandbox, 'size=4m');
  if (why !== undefined) return t.skip(why);
  await attachAgent(sandbox, { name: 'ann' });
  assert.equal((await daemonCommand(sandbox, ['status'])).code, 0);
  makeReadOnly(sandbox);
  await until(async () => {
    const { code, stdout } = await daemonCommand(sandbox, ['status']);
    return code === 1 && stdout.includes('EROFS');
  }, 'exit code 1 with the reason');
  makeWritable(sandbox);
  await until(async () => (await daemonCommand(sandbox, ['status'])).code === 0, 'good health');
});

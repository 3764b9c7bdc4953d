/** A bridge root that a newer cc2cc has brought to another form. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent, startShim } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor } from '../../support/sandbox.js';
import { daemonCommand } from '../lifecycle/support.js';
import { versionInForce } from './support.js';

const NEWER = '{"format": 2}\n';
const SAYS =
  /format\.json: the files have form 2.*up to 1\. Update cc2cc, in its newest clone: npm ci && npm run setup/;

test('nobody starts, reads or writes in a root of a newer form', async (t) => {
  const sandbox = sandboxFor(t);
  mkdirSync(sandbox.root, { mode: 0o700 });
  const file = join(sandbox.root, 'format.json');
  writeFileSync(file, NEWER);
  for (const args of [
    ['init'],
    ['send', 'ann', 'x', '--from', 'bot'],
    ['broadcast', 'x', '--from', 'bot'],
    ['receive', 'bot'],
    ['reply', 'msg-1', 'x', '--from', 'bot'],
    ['task', 'list'],
    ['status'],
    ['status', '--message', 'msg-1'],
    ['agents'],
    ['log'],
    ['validate', sandbox.root],
    ['cleanup', '--dry-run'],
  ]) {
    const { code, stderr } = await cli(sandbox, args);
    assert.equal(code, 1, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, SAYS, args.join(' '));
  }
  for (const args of [['start'], ['run']]) {
    const { code, stderr } = await daemonCommand(sandbox, args);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, SAYS);
  }
  await assert.rejects(startShim(sandbox).initialize(), SAYS);
  assert.equal(readFileSync(file, 'utf8'), NEWER);
  assert.equal(versionInForce(sandbox), undefined, 'no daemon');
});

test('the daemon and init number a root, and a number that is lost comes back', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '50' });
  const file = join(sandbox.root, 'format.json');
  assert.equal((await cli(sandbox, ['init'])).code, 0);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { format: 1 });
  rmSync(file);
  await startDaemon(sandbox);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { format: 1 });
  rmSync(file);
  await until(() => readFileSync(file, 'utf8') !== '', 'the number anew');
});

test('a daemon whose root gets a newer form leaves it alone', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '50' });
  const daemon = await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  writeFileSync(join(sandbox.root, 'format.json'), NEWER);
  assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  assert.match(readFileSync(sandbox.hostPaths().log, 'utf8'), /the files have form 2/);
  await assert.rejects(ann.call('whoami'), SAYS);
});

test('a number that makes no sense is a problem of the running daemon', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '50' });
  const daemon = await startDaemon(sandbox);
  writeFileSync(join(sandbox.root, 'format.json'), '{');
  await until(async () => {
    const { code, stdout } = await daemonCommand(sandbox, ['status', '--json']);
    const { health } = JSON.parse(stdout) as { health: { problems: string[] } };
    return code === 1 && health.problems.some((text) => text.includes('does not say which form'));
  }, 'problem in the status');
  assert.equal(daemon.ended, undefined);
});

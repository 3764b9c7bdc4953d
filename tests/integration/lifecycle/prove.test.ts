/** What `npm start` does once everything is built. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../../scripts/line-child.js';
import { daemonPids } from '../../support/daemon.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { statusOf } from './support.js';

const CLI = fileURLToPath(new URL('../../../bin/cc2cc.cjs', import.meta.url));

async function prove(sandbox: Sandbox): Promise<{ code: number | null; out: string; err: string }> {
  const child = new LineChild({
    command: process.execPath,
    args: [CLI, 'prove'],
    env: sandbox.env,
  });
  const { code } = await child.exited;
  return { code, out: child.lines.join('\n'), err: child.stderr };
}

test('prove starts the daemon of the root, shows that messages arrive, and leaves nothing else', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  for (const round of ['first', 'second']) {
    const { code, out, err } = await prove(sandbox);
    assert.equal(code, 0, err);
    assert.match(out, round === 'first' ? /cc2cc-daemon started, pid/ : /runs already, pid/);
    assert.match(out, /proof-ann sent, proof-ben had it after [\d.]+ ms/);
    assert.match(out, /proof-ben sent, proof-ann had it after [\d.]+ ms/);
    assert.match(out, /a file was dropped into the inbox, proof-ben had it after [\d.]+ ms/);
    assert.match(out, /It works\./);
    assert.match(out, /cc2cc\.cjs'? init$/m);
    const { pid, agents } = await statusOf(sandbox);
    assert.deepEqual(daemonPids(sandbox), [pid], 'the proof has ended its own');
    assert.deepEqual(agents, [], 'the proof was in a root of its own');
    assert.deepEqual(readdirSync(`${sandbox.dir}/tmp`), []);
  }
  assert.equal(statSync(sandbox.root).mode & 0o777, 0o700);
});

test('prove says what is wrong with the root and proves nothing', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  mkdirSync(sandbox.root);
  chmodSync(sandbox.root, 0o777);
  const { code, out, err } = await prove(sandbox);
  assert.equal(code, 1);
  assert.match(err, /others may write to it\. Mend it: chmod go-w/);
  assert.doesNotMatch(out, /It works/);
});

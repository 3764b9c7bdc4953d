import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { acquireLease, leaseHolder } from '../../protocol/lease.js';
import { isRunning, thisProcess, type ProcessIdentity } from '../../protocol/process-identity.js';
import { runScript, startScript } from './support/run-script.js';
import { tempFolder } from './support/temp-folder.js';

const PROCESSES = 8;
const ROUNDS = 30;

/** As many processes as that take the lease in turns; each says how many it met inside. */
async function contend(folder: string): Promise<void> {
  const proof = join(folder, 'proof');
  mkdirSync(proof);
  const lease = join(folder, 'lease');
  const args = [lease, proof, String(ROUNDS)];
  const reports = await Promise.all(
    Array.from({ length: PROCESSES }, () => runScript('contend-lease', args)),
  );
  assert.deepEqual(reports, Array(PROCESSES).fill({ rounds: ROUNDS, intruders: [] }));
  assert.equal(leaseHolder(lease), undefined);
  assert.equal(readdirSync(lease).length, 1);
}

test('never do two of eight processes hold the lease at once', async (t) => {
  await contend(tempFolder(t));
});

test('a killed holder is replaced by exactly one of eight', async (t) => {
  const folder = join(tempFolder(t), 'lease');
  mkdirSync(folder);
  const lease = join(folder, 'lease');
  const child = await startScript('hold-lease', [lease]);
  const refused = acquireLease<ProcessIdentity>(lease, thisProcess(), (other) => !isRunning(other));
  assert.ok(!refused.ok);
  assert.equal(refused.holder.pid, child.pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await contend(folder);
});

test('a pid that was given to another process later does not keep the lease', (t) => {
  if (process.platform !== 'linux') {
    t.skip('only Linux tells when a process started');
    return;
  }
  const lease = join(tempFolder(t), 'lease');
  mkdirSync(lease);
  // Our own pid, but started at another time: somebody who is gone.
  acquireLease<ProcessIdentity>(lease, { pid: process.pid, started: '1' }, () => false);
  assert.ok(acquireLease(lease, thisProcess(), (other) => !isRunning(other)).ok);
  assert.ok(!acquireLease(lease, thisProcess(), (other) => !isRunning(other)).ok);
});

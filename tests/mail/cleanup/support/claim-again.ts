/**
 * Takes a name again and again; while it has it, nobody else may. Arguments: folder of the lease, a
 * folder for the proof, rounds. Prints the number of others that it met inside, and of mailboxes that
 * were taken from under it.
 */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../../../../mail/deliver.js';
import { acquireLease } from '../../../../protocol/lease.js';
import { mailboxPaths } from '../../../../protocol/paths.js';
import { isRunning, thisProcess } from '../../../../protocol/process-identity.js';
import { HOST } from './root.js';

const [root = '', proof = '', rounds = '1'] = process.argv.slice(2);
const cell = new Int32Array(new SharedArrayBuffer(4));
const holder = { ...thisProcess(), host: HOST, since: '2020-01-01T00:00:00Z' };
const paths = mailboxPaths(root, 'ben');
let intruders = 0;
for (let done = 0; done < Number(rounds);) {
  const folder = join(root, 'leases', 'ben');
  const taken = acquireLease(folder, holder, (other) => !isRunning(other));
  if (!taken.ok) {
    Atomics.wait(cell, 0, 0, 1); // the holder needs the processor too
    continue;
  }
  try {
    closeSync(openSync(join(proof, 'inside'), 'wx')); // fails when another one is inside
    ensureMailbox(paths);
    Atomics.wait(cell, 0, 0, 1);
    if (!existsSync(paths.inbox)) intruders += 1;
    rmSync(join(proof, 'inside'));
  } catch {
    intruders += 1;
  }
  taken.lease.release();
  done += 1;
}
process.stdout.write(`${intruders}\n`);

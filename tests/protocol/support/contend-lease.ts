/**
 * Takes a lease again and again; while it holds it, nobody else may. Arguments: the folder of the
 * lease, a folder for the proof, rounds. Prints `{ rounds, intruders }`.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLease } from '../../../protocol/lease.js';
import {
  isRunning,
  thisProcess,
  type ProcessIdentity,
} from '../../../protocol/process-identity.js';

const [folder = '', proof = '', rounds = '1'] = process.argv.slice(2);
const file = join(proof, 'inside');
const cell = new Int32Array(new SharedArrayBuffer(4));
const intruders: string[] = [];
let done = 0;

while (done < Number(rounds)) {
  const taken = acquireLease<ProcessIdentity>(folder, thisProcess(), (other) => !isRunning(other));
  if (!taken.ok) {
    Atomics.wait(cell, 0, 0, 1); // the holder needs the processor too
    continue;
  }
  try {
    const fd = openSync(file, 'wx'); // fails when another one is inside
    writeSync(fd, String(process.pid));
    closeSync(fd);
    const found = readFileSync(file, 'utf8');
    if (found !== String(process.pid)) intruders.push(found);
    rmSync(file);
  } catch (error) {
    intruders.push(String(error));
  }
  taken.lease.release();
  done += 1;
}
process.stdout.write(JSON.stringify({ rounds: done, intruders }));

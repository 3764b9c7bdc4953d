/** Takes the lease in the folder that is its argument and holds it until it is killed. */
import { acquireLease } from '../../../protocol/lease.js';
import { thisProcess } from '../../../protocol/process-identity.js';

const { ok } = acquireLease(process.argv[2] ?? '', thisProcess(), () => false);
process.stdout.write(ok ? 'held\n' : 'refused\n');
process.stdin.resume();

import { readFileSync } from 'node:fs';
import { errnoOf } from './errors.js';

/** A process, told apart from a later one with the same pid where the system lets us. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot at which it started (Linux), else undefined. */
  started?: string;
}

export function thisProcess(): ProcessIdentity {
  return identityOf(process.pid);
}

/** The process that has that pid now. */
export function identityOf(pid: number): ProcessIdentity {
  const started = startOf(pid);
  return { pid, ...(started === undefined ? {} : { started }) };
}

/** Whether that very process still runs. A pid of another user's process counts as running. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return started === undefined || now === undefined || now === started;
}

/** Field 22 of /proc/<pid>/stat; the command in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

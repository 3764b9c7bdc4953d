import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const MIB = 1024; // of the KiB that /proc counts in

/** Whether memory and CPU time of another process can be read here. */
export function hasProc(): boolean {
  return existsSync('/proc/self/smaps_rollup') && existsSync('/proc/self/stat');
}

/** MiB that would be free if the process ended: pages that it shares with none. */
export function privateMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (kibOf(text, 'Private_Clean') + kibOf(text, 'Private_Dirty')) / MIB;
}

/** MiB in memory, shared pages included. */
export function residentMemory(pid: number): number {
  return kibOf(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS') / MIB;
}

/** Seconds of processor time since the start of the process, in steps of a clock tick (10 ms). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // utime and stime are fields 14 and 15; the name in field 2 may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
}

function ticksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

function kibOf(text: string, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (kib === undefined) throw new Error(`No ${field} in /proc.`);
  return Number(kib);
}

/** How often its threads went to sleep and were woken; each time has a system call or more. */
export function wakeUps(pid: number): number {
  const switches = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  });
  return switches.reduce((sum, count) => sum + count, 0);
}

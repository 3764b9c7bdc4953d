import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRendezvous } from '../../protocol/rendezvous.js';

type Env = Readonly<Record<string, string>>;

/**
 * Pids of living processes that run a script whose path ends in `script`, with the home of `env`. The
 * home is a throw-away folder, so a process that was started with it is ours. Where the system does
 * not show other processes' environments, the rendezvous files of the sandbox have to do.
 */
export function processesOf(env: Env, script: string): number[] {
  if (process.platform === 'linux') {
    return processesIn(env).filter((pid) =>
      linesOf(pid, 'cmdline').some((arg) => arg.endsWith(script)),
    );
  }
  return rendezvousFiles(env)
    .map((file) => readRendezvous(file)?.pid)
    .filter((pid) => pid !== undefined)
    .filter((pid) => isProcessOf(pid, env));
}

/** Pids of all living processes with the home of `env`; only Linux shows them. */
export function processesIn(env: Env): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').map(Number);
  return pids.filter((pid) => pid > 0 && isProcessOf(pid, env));
}

/** The command line of a process, for messages. */
export function commandOf(pid: number): string {
  return linesOf(pid, 'cmdline').join(' ').trim();
}

/** Whether `pid` lives and, as far as can be seen, is of that sandbox. */
export function isProcessOf(pid: number, env: Env): boolean {
  if (process.platform === 'linux') return linesOf(pid, 'environ').includes(`HOME=${env['HOME']}`);
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // gone, or another user's: not ours in either case
  }
}

/** Every `daemon.json` below the sandbox's state folder: any host id, any root. */
export function rendezvousFiles(env: Env): string[] {
  const bases = [env['XDG_STATE_HOME'], env['HOME'], env['LOCALAPPDATA']];
  return bases
    .filter((base) => base !== undefined)
    .flatMap(filesBelow)
    .filter((file) => /[/\\]hosts[/\\][^/\\]+[/\\][^/\\]+[/\\]daemon\.json$/.test(file));
}

function filesBelow(folder: string): string[] {
  try {
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return found.map((file) => join(folder, file));
  } catch {
    return []; // not there, or it vanished while we looked
  }
}

/** The NUL-separated strings of a file in /proc; none for a process that ended or is not ours. */
function linesOf(pid: number, file: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

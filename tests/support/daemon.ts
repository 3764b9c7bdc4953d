import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../scripts/line-child.js';
import { readRendezvous, type Rendezvous } from '../../protocol/rendezvous.js';
import { until } from './events.js';
import { isProcessOf, processesOf, rendezvousFiles } from './processes.js';
import type { Extras, Sandbox } from './sandbox.js';

export const DAEMON = fileURLToPath(new URL('../../daemon/main.js', import.meta.url));

/** A loaded machine takes a second or two for a start; a daemon that drains takes less to end. */
const START_MS = 20_000;
const TERM_MS = 3_000;
const KILL_MS = 5_000;

/** A daemon in the foreground, started by us and ready. */
export type OwnDaemon = LineChild & { rendezvous: Rendezvous };

/**
 * Runs `cc2cc-daemon run` as a child and waits until it is ready and can be found.
 *
 * @param program of another build
 * @param wrap a command that runs it as its own process, such as `unshare --user`
 * @throws Error with its stderr when it ends instead
 */
export async function startDaemon(
  sandbox: Sandbox,
  extras: Extras = {},
  args: readonly string[] = [],
  program = DAEMON,
  wrap: readonly string[] = [],
): Promise<OwnDaemon> {
  const { rendezvous: file } = sandbox.hostPaths(extras);
  const env = sandbox.envWith(extras);
  const [command = '', ...rest] = [...wrap, process.execPath, program, 'run', ...args];
  const child = new LineChild({ command, args: rest, env });
  sandbox.defer(() => endChild(child));
  const rendezvous = await until(
    () => {
      if (child.ended !== undefined) return 'ended';
      // Only then its start is over: it still holds the lock of it when it can be found.
      if (!child.lines.some((line) => line.includes('ready, pid'))) return undefined;
      const found = readRendezvous(file);
      return found?.pid === child.pid ? found : undefined;
    },
    `daemon with pid ${child.pid} in ${file}`,
    START_MS,
  );
  if (rendezvous === 'ended') {
    throw new Error(`No daemon: ${child.ended}. Its stderr: ${child.stderr.trim()}`);
  }
  return Object.assign(child, { rendezvous });
}

/**
 * Every daemon that lives in the sandbox, of any build, however it was started and whatever became of
 * its files.
 */
export function daemonPids(sandbox: Pick<Sandbox, 'env'>): number[] {
  return processesOf(sandbox.env, join('dist', 'daemon', 'main.js'));
}

/** The pid of the daemon that the sandbox's shims would find, if it lives. */
export function daemonPid(sandbox: Pick<Sandbox, 'env'>): number | undefined {
  return rendezvousFiles(sandbox.env)
    .map((file) => readRendezvous(file)?.pid)
    .find((pid) => pid !== undefined && isProcessOf(pid, sandbox.env));
}

/** Ends every daemon of the sandbox: SIGTERM, and SIGKILL for those that will not. */
export async function endDaemons(sandbox: Pick<Sandbox, 'env'>): Promise<void> {
  const gone = (): boolean => daemonPids(sandbox).length === 0;
  for (const pid of daemonPids(sandbox)) signal(pid, 'SIGTERM');
  try {
    await until(gone, 'end of the daemons', TERM_MS);
  } catch {
    for (const pid of daemonPids(sandbox)) signal(pid, 'SIGKILL');
    await until(gone, 'end of the killed daemons', KILL_MS);
  }
}

/** Only for a pid that has just been proven to be of the sandbox. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone meanwhile: fine
  }
}

async function endChild(child: LineChild): Promise<void> {
  if (child.ended !== undefined) return;
  const deadline = setTimeout(() => void child.kill('SIGKILL'), TERM_MS);
  await child.kill('SIGTERM');
  clearTimeout(deadline);
}

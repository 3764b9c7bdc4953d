import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { probeDaemon } from './dial.js';
import { assertInstalled, DAEMON } from './installed.js';
import { Cc2ccError, storeError, type ErrorReport } from './errors.js';
import type { HostPaths } from './host-paths.js';
import { isRecord } from './json.js';
import { acquireLease, type Acquired } from './lease.js';
import { ensurePrivateFolder } from './private-folder.js';
import { startService } from './service-start.js';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.js';
import { resolveLocal } from './settings/local-value.js';
import { LOCAL_SETTINGS } from './settings/local.js';
import { SESSION_VARIABLES } from './settings/session.js';

/** A daemon on a busy machine is ready within a second or two; beyond this it hangs. */
const START_DEADLINE_MS = 20_000;

/**
 * Starts a daemon for `root` and waits until it is ready or has said why it cannot be: by its service
 * where one is installed, else in the background, which says what is wrong where that brought none.
 *
 * Of many callers at once only one starts a process, the others return `busy` and should dial again.
 *
 * @param flagged variables that are for the daemon even where they are otherwise a session's own
 * @throws Cc2ccError E_NO_DAEMON where starting is forbidden (`noLaunch`), E_START or what the
 *   daemon itself reports: E_STORE, E_UNSAFE, E_PATH, …
 */
export async function launchDaemon(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string> = new Set(),
): Promise<'ready' | 'busy'> {
  const acquired = reserveLaunch(paths);
  if (!acquired.ok) return 'busy';
  try {
    await bringDaemon(root, paths, flagged);
    return 'ready';
  } finally {
    acquired.lease.release();
  }
}

/**
 * The same for who holds the launch lease, and goes on holding it.
 *
 * @param byService whether a service is asked first; it has settings of its own, so what flags want is
 *   had in the background only
 * @returns whether the service brought it
 */
export async function bringDaemon(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string>,
  byService = !forDaemon(flagged),
): Promise<boolean> {
  // The caller found nobody before it held the lease; meanwhile its last holder may have started one.
  const isThere = (): Promise<boolean> => answers(paths);
  if (await isThere()) return false;
  if (byService && (await startService(root, paths, isThere))) return true;
  await spawnDaemon(root, paths, flagged);
  return false;
}

/**
 * Reserves the right to start a daemon: until it is released, everybody else waits. The process that
 * holds it may launch.
 *
 * @throws Cc2ccError E_NO_DAEMON where starting is forbidden (`noLaunch`), E_STORE, E_UNSAFE
 */
export function reserveLaunch(paths: HostPaths): Acquired<ProcessIdentity> {
  const { value: forbidden, source, name = '' } = resolveLocal('noLaunch');
  if (forbidden === true) {
    throw new Cc2ccError(
      'E_NO_DAEMON',
      `No daemon may be started: ${source === 'file' ? `noLaunch in ${name}` : name} forbids it.`,
      { hint: 'Unset it, or run one in the foreground: cc2cc-daemon run' },
    );
  }
  return launchLease(paths);
}

/** The same for who starts nothing in the background: a service that takes over is no such start. */
export function launchLease(paths: HostPaths): Acquired<ProcessIdentity> {
  ensurePrivateFolder(paths.state);
  ensurePrivateFolder(dirname(paths.log));
  return acquireLease<ProcessIdentity>(
    join(paths.locks, 'launch'),
    thisProcess(),
    (other) => !isRunning(other) || other.pid === process.pid,
  );
}

/** Whether flags want something of the daemon, and not only say which one is meant. */
export function forDaemon(flagged: ReadonlySet<string>): boolean {
  const local: string[] = Object.values(LOCAL_SETTINGS).map(({ variables }) => variables[0]);
  return [...flagged].some((variable) => !local.includes(variable));
}

async function answers(paths: HostPaths): Promise<boolean> {
  try {
    await probeDaemon(paths);
    return true;
  } catch {
    return false; // whatever it is: a start finds out and says it
  }
}

/**
 * Runs the daemon's program in the background and waits for its report.
 *
 * @param how `check`: it only says whether it could start, and ends
 * @throws Cc2ccError what it reports, or E_START
 */
export async function spawnDaemon(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string>,
  how: 'serve' | 'check' = 'serve',
): Promise<void> {
  assertInstalled();
  let errors: number;
  try {
    errors = openSync(paths.errorLog, 'a', 0o600);
  } catch (error) {
    throw storeError('write the log', paths.errorLog, error);
  }
  try {
    // fd 3 carries one line: ready, or the error that the person who asked should see.
    const child = spawn(
      process.execPath,
      [DAEMON, 'run', '--launched', ...(how === 'check' ? ['--check'] : [])],
      {
        detached: true,
        cwd: paths.state, // not the session's folder: that must stay removable
        env: daemonEnvironment(root, flagged),
        stdio: ['ignore', 'ignore', errors, 'pipe'],
        windowsHide: true,
      },
    );
    child.unref();
    const report = child.stdio[3];
    if (report === null || report === undefined || !('on' in report)) {
      throw new Cc2ccError('E_START', 'The daemon could not be started: no report pipe.');
    }
    await new Promise<void>((resolve, reject) => {
      let text = '';
      const deadline = setTimeout(() => {
        finish(() => {
          reject(startError(paths, `it was not ready after ${START_DEADLINE_MS / 1000} s`));
        });
      }, START_DEADLINE_MS);
      const finish = (settle: () => void): void => {
        clearTimeout(deadline);
        report.removeAllListeners();
        if ('destroy' in report) report.destroy();
        child.removeAllListeners();
        settle();
      };
      child.on('error', (error) => {
        finish(() => {
          reject(startError(paths, error.message, error));
        });
      });
      report.on('data', (chunk: Buffer) => (text += chunk.toString()));
      report.on('error', (error: Error) => {
        finish(() => {
          reject(startError(paths, error.message, error));
        });
      });
      report.on('end', () => {
        finish(() => {
          const error = errorIn(text, paths);
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    });
  } finally {
    closeSync(errors);
  }
}

function errorIn(text: string, paths: HostPaths): Cc2ccError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return startError(paths, 'it ended before it was ready');
  }
  if (isRecord(value) && value['ready'] === true) return undefined;
  const report = (isRecord(value) ? value['error'] : undefined) as ErrorReport | undefined;
  if (report === undefined) return startError(paths, 'it reported nonsense');
  return new Cc2ccError(
    report.code,
    report.message,
    report.hint === undefined ? {} : { hint: report.hint },
  );
}

function startError(paths: HostPaths, why: string, cause?: unknown): Cc2ccError {
  return new Cc2ccError('E_START', `The daemon could not be started: ${why}.`, {
    hint: `See ${paths.errorLog}, or run it in the foreground: cc2cc-daemon run`,
    cause,
  });
}

const KEEP =
  /^(HOME|USER|LOGNAME|PATH|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|CC2CC_\w+|SystemRoot|SystemDrive|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA)$/i;

/**
 * The daemon outlives the session that started it: it gets none of that session's keys and tokens,
 * no setting that is that session's alone, and no NODE_OPTIONS that could open a debugger's port.
 */
function daemonEnvironment(root: string, flagged: ReadonlySet<string>): Record<string, string> {
  const mayKeep = (name: string): boolean =>
    KEEP.test(name) && (!SESSION_VARIABLES.includes(name) || flagged.has(name));
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && mayKeep(entry[0]),
  );
  return { ...Object.fromEntries(kept), CC2CC_BRIDGE_DIR: root };
}

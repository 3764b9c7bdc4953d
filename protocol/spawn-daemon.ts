import { spawn } from 'node:child_process';
import { closeQuietly } from './close-quietly.js';
import { Cc2ccError, storeError, type ErrorReport } from './errors.js';
import type { HostPaths } from './host-paths.js';
import { assertInstalled, DAEMON } from './installed.js';
import { isRecord } from './json.js';
import { openOwn } from './open-own.js';
import { SESSION_VARIABLES } from './settings/session.js';

/** A daemon on a busy machine is ready within a second or two; beyond this it hangs. */
const START_DEADLINE_MS = 20_000;

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
    errors = openOwn(paths.errorLog, 'append');
  } catch (error) {
    if (error instanceof Cc2ccError) throw error;
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
    closeQuietly(errors);
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

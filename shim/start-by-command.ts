import type { ExecFileException } from 'node:child_process';
import { Cc2ccError } from '../protocol/errors.js';
import { assertInstalled, DAEMON } from '../protocol/installed.js';

/** The command itself gives up after 20 s. */
const DEADLINE_MS = 25_000;

/**
 * Starts the daemon that is installed now with its own command: after an update in place, where a
 * command line is all that this shim and the new files are sure to have in common.
 *
 * @throws Cc2ccError E_START
 */
export async function startByCommand(root: string): Promise<'ready'> {
  assertInstalled();
  const { execFile } = await import('node:child_process');
  const env = { ...process.env, CC2CC_BRIDGE_DIR: root };
  await new Promise<void>((resolve, reject) => {
    execFile(
      process.execPath,
      [DAEMON, 'start'],
      { env, timeout: DEADLINE_MS, windowsHide: true },
      (error, _stdout, stderr) => {
        if (error === null) resolve();
        else reject(startError(error, stderr));
      },
    );
  });
  return 'ready';
}

function startError(error: ExecFileException, stderr: string): Cc2ccError {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 500);
  return new Cc2ccError(
    'E_START',
    `The daemon could not be started: ${said === undefined || said === '' ? error.message : said}`,
    { hint: 'This session is older than the installed cc2cc: restart it.', cause: error },
  );
}

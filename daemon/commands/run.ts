import { closeSync, writeSync } from 'node:fs';
import { Cc2ccError, ExitCode, reportOf } from '../../protocol/errors.js';
import { prepare, runDaemon } from '../run.js';

/** Where a launcher that waits for us reads one line; see protocol/spawn-daemon.ts. */
const REPORT_FD = 3;

/**
 * `cc2cc-daemon run`: the daemon in the foreground, for looking at it, or started on demand.
 *
 * @param launched started on demand: says on fd 3 whether it is ready
 * @param check ends before it takes the place of anybody: whether it could start is all that is asked
 */
export async function run({
  launched,
  check,
}: {
  launched: boolean;
  check: boolean;
}): Promise<number> {
  let daemon;
  try {
    if (check) {
      prepare();
      if (launched) report({ ready: true });
      return ExitCode.ok;
    }
    daemon = await runDaemon();
  } catch (error) {
    if (!launched) throw error;
    report({ error: reportOf(error) });
    return ExitCode.failed;
  }
  if (!('ended' in daemon)) {
    // For a launcher that is as good: somebody else was faster.
    if (launched) report({ ready: true });
    else {
      throw new Cc2ccError('E_START', `A daemon runs already (pid ${daemon.pid}).`, {
        hint: 'See cc2cc-daemon status.',
      });
    }
    return ExitCode.ok;
  }
  // Node still prints it and ends the process; sessions then start the next daemon.
  process.on('uncaughtExceptionMonitor', (error) => {
    daemon.log.fatal({ err: error }, 'the daemon ends on an error of its own');
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    // A killed daemon comes back on demand; `cc2cc-daemon stop` is the way to stop it for good.
    process.on(signal, () => {
      daemon.end('restart');
    });
  }
  if (launched) report({ ready: true });
  else console.log(`cc2cc-daemon ready, pid ${daemon.pid}, socket ${daemon.socket}`);
  await daemon.ended;
  return ExitCode.ok;
}

function report(line: object): void {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(line)}\n`);
    closeSync(REPORT_FD);
  } catch (error) {
    // The launcher went away while we started; we serve whoever comes next.
    if (!(error instanceof Error)) throw error;
  }
}

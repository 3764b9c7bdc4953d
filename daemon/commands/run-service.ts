import { fstatSync } from 'node:fs';
import { callDaemon } from '../../protocol/control.js';
import { Cc2ccError, ExitCode, sentenceOf } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { launchLease } from '../../protocol/launch.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { endDaemon, holdLaunches } from '../../protocol/retire.js';
import { isNewer } from '../../protocol/semver.js';
import { serviceKey, serviceName } from '../../protocol/service-marker.js';
import { version } from '../../protocol/version.js';
import type { Ending } from '../shutdown.js';
import { runDaemon, type RunningDaemon } from '../run.js';

/** Sessions that start a daemon at this very moment may be faster; then it is that one's turn to go. */
const ATTEMPTS = 3;

/** The user's manager answers within milliseconds. One that does not is leaving. */
const ASK_MS = 1_500;

/**
 * `cc2cc-daemon run --service`: the daemon as a service manager runs it. It takes over from one that
 * was started on demand, whose sessions move over by themselves; a newer one is left alone. SIGTERM
 * means that somebody wants none, unless the user's manager itself is leaving.
 */
export async function runService(): Promise<number> {
  let daemon;
  try {
    daemon = await takeOver();
  } catch (error) {
    if (!isJournal(process.stderr.fd)) throw error;
    // journald takes the number for the priority: an error.
    console.error(`<3>cc2cc-daemon: ${sentenceOf(error)}`);
    return error instanceof Cc2ccError && error.code === 'E_USAGE'
      ? ExitCode.usage
      : ExitCode.failed;
  }
  if (typeof daemon === 'string') {
    console.log(daemon);
    return ExitCode.ok;
  }
  const { log, end } = daemon;
  // Node still prints it and ends the process; the manager, or a session, then starts the next daemon.
  process.on('uncaughtExceptionMonitor', (error) => {
    log.fatal({ err: error }, 'the daemon ends on an error of its own');
  });
  process.on('SIGTERM', () => {
    endingOfTerm().then(end, (error: unknown) => {
      log.warn({ err: error }, 'cannot tell why the service is stopped');
      end('restart');
    });
  });
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      end('restart');
    });
  }
  console.log(`cc2cc-daemon ready, pid ${daemon.pid}, socket ${daemon.socket}`);
  await daemon.ended;
  return ExitCode.ok;
}

/** The variable alone says nothing: terminals that are services hand it down. See systemd.exec(5). */
function isJournal(fd: number): boolean {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}

/** @returns the daemon that this process has become, or why it is not needed */
async function takeOver(): Promise<RunningDaemon | string> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const daemon = await runDaemon();
    if ('ended' in daemon) return daemon;
    const paths = hostPaths(bridgeRoot());
    // Sessions must not start the next one in between.
    const lease = await holdLaunches(paths, launchLease);
    try {
      const other = await callDaemon(paths, 'status', {}).catch(onlyMissing);
      if (other !== undefined && isNewer(other.version, version())) {
        return `A newer daemon runs (${other.version}, pid ${other.pid}): it stays, this one (${version()}) ends.`;
      }
      if (other !== undefined) await endDaemon(paths, 'restart');
      const next = await runDaemon();
      if ('ended' in next) return next;
    } finally {
      lease.release();
    }
  }
  throw new Cc2ccError('E_START', 'Other daemons come back faster than they can be replaced.', {
    hint: 'See: cc2cc-daemon status',
  });
}

/** One that is on its way out needs no replacing. */
function onlyMissing(error: unknown): undefined {
  const isGone = error instanceof Cc2ccError && ['E_NO_DAEMON', 'E_RETIRING'].includes(error.code);
  if (!isGone) throw error;
}

/**
 * `systemctl --user stop` must not be undone by the next session. But `systemctl --user restart` brings
 * the next daemon at once: nobody is to be told that there is none. And at the last logout all services
 * of the user are stopped: sessions that live on, in tmux, may then start the next daemon themselves.
 */
async function endingOfTerm(): Promise<Ending> {
  if (process.env['INVOCATION_ID'] === undefined) return 'stop'; // not by systemd
  const [{ runCommand }, { resolveLocal }] = await Promise.all([
    import('../../service/run-command.js'),
    import('../../protocol/settings/local-value.js'),
  ]);
  if (resolveLocal('noServiceManager').value === true) return 'stop';
  const ask = (...words: string[]): Promise<{ stdout: string }> =>
    runCommand(['systemctl', '--user', ...words], ASK_MS);
  const [state, jobs] = await Promise.all([
    ask('is-system-running'),
    ask('list-jobs', '--no-legend', '--plain', '--full'),
  ]);
  const manages = /^(?:running|degraded|starting|initializing|maintenance)\s*$/.test(state.stdout);
  return manages && !isRestarted(jobs.stdout) ? 'stop' : 'restart';
}

/** Whether the manager has the order to start this service again: lines of job, unit, type, state. */
function isRestarted(jobs: string): boolean {
  const root = bridgeRoot();
  const unit = serviceName('systemd', serviceKey(root, hostPaths(root)));
  return jobs.split('\n').some((line) => {
    const [, name, type] = line.trim().split(/\s+/);
    return name === unit && type === 'restart';
  });
}

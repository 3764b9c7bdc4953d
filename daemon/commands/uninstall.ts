import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { launchLease } from '../../protocol/launch.js';
import { endDaemon, holdLaunches } from '../../protocol/retire.js';
import { Execution } from '../../service/execute.js';
import { unmarkInstalled } from '../../service/installed.js';
import { isByService } from '../../service/installed-service.js';
import { sayPlan, type Output } from './install-report.js';
import { servicePlace } from './service-place.js';
import { runningDaemon } from './take-over.js';

/**
 * `cc2cc-daemon uninstall`: takes the service away again. Mail stays; sessions that are attached start
 * a daemon of their own, as without a service.
 */
export async function uninstall(options: Output & { force: boolean }): Promise<number> {
  const { paths, manager, spec, state, marker } = await servicePlace('remove');
  const isForeign = !state.installed && state.problems.some((one) => one.includes('is not ours'));
  if (isForeign && !options.force) {
    throw new Cc2ccError('E_UNSAFE', `${state.path} is not ours: it stays as it is.`, {
      hint: 'If it is to go all the same: cc2cc-daemon uninstall --force',
    });
  }
  const execution = new Execution({ ...options, say: sayPlan(options) });
  const isThere = state.installed || isForeign || marker !== undefined;
  if (isThere) {
    const daemon = await runningDaemon(paths);
    const isTheirs = daemon !== undefined && isByService(state, daemon.pid);
    if (isTheirs) execution.note(`end    daemon ${daemon.pid}; its sessions start the next one`);
    const lease = options.dryRun ? undefined : await holdLaunches(paths, launchLease);
    try {
      // Ended by us its sessions may start the next one; ended by the manager they would wait.
      if (isTheirs && !options.dryRun) await endDaemon(paths, 'restart');
      await execution.carryOut([...manager.uninstall(spec), unmarkInstalled(paths)]);
    } finally {
      lease?.release();
    }
  }
  const after = state.lingers === true && isThere;
  if (options.json) {
    const { kind, name, path } = state;
    const facts = { kind, name, path, steps: execution.steps };
    console.log(JSON.stringify({ dryRun: options.dryRun, changed: isThere, ...facts }, null, 2));
    return ExitCode.ok;
  }
  console.log(
    !isThere
      ? `Nothing to do: no service of this root is installed (${state.path}).`
      : options.dryRun
        ? 'Nothing was changed: this is what uninstall would do.'
        : `Uninstalled: ${state.name}. Mail and settings stay. Sessions start the daemon when they need it.`,
  );
  if (after && !options.dryRun) {
    console.error(
      'Note: your services still run without a login, others of yours may need it. If not: loginctl disable-linger',
    );
  }
  return ExitCode.ok;
}

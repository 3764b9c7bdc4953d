import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { launchLease } from '../../protocol/launch.js';
import { endDaemon, holdLaunches } from '../../protocol/retire.js';
import { Execution } from '../../service/execute.js';
import { unmarkInstalled } from '../../service/installed.js';
import type { ServiceState } from '../../service/manager.js';
import { isByService } from '../../service/installed-service.js';
import { sayPlan, type Output } from './install-report.js';
import { placeNow, servicePlace, type ServicePlace } from './service-place.js';
import { runningDaemon } from './take-over.js';

/**
 * `cc2cc-daemon uninstall`: takes the service away again. Mail stays; sessions that are attached start
 * a daemon of their own, as without a service.
 */
export async function uninstall(options: Output & { force: boolean }): Promise<number> {
  const place = await servicePlace('remove');
  if (options.dryRun || !isThere(place)) return uninstallAt(place, options);
  // Another install or uninstall of this root is awaited; what is left to do is seen after it.
  const lease = await holdLaunches(place.paths, launchLease);
  try {
    return await uninstallAt(await placeNow(place), options);
  } finally {
    lease.release();
  }
}

function isThere({ state, marker }: ServicePlace): boolean {
  return state.installed || isForeign(state) || marker !== undefined;
}

function isForeign(state: ServiceState): boolean {
  return !state.installed && state.problems.some((one) => one.includes('is not ours'));
}

async function uninstallAt(
  place: ServicePlace,
  options: Output & { force: boolean },
): Promise<number> {
  const { paths, manager, spec, state } = place;
  if (isForeign(state) && !options.force) {
    throw new Cc2ccError('E_UNSAFE', `${state.path} is not ours: it stays as it is.`, {
      hint: 'If it is to go all the same: cc2cc-daemon uninstall --force',
    });
  }
  const execution = new Execution({ ...options, say: sayPlan(options) });
  const wasThere = isThere(place);
  if (wasThere) {
    const daemon = await runningDaemon(paths);
    const isTheirs = daemon !== undefined && isByService(state, daemon.pid);
    if (isTheirs) execution.note(`end    daemon ${daemon.pid}; its sessions start the next one`);
    // Ended by us its sessions may start the next one; ended by the manager they would wait.
    if (isTheirs && !options.dryRun) await endDaemon(paths, 'restart');
    await execution.carryOut([...manager.uninstall(spec), unmarkInstalled(paths)]);
  }
  const after = state.lingers === true && wasThere;
  if (options.json) {
    const { kind, name, path } = state;
    const facts = { kind, name, path, steps: execution.steps };
    console.log(JSON.stringify({ dryRun: options.dryRun, changed: wasThere, ...facts }, null, 2));
    return ExitCode.ok;
  }
  console.log(
    !wasThere
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

import { callDaemon, type StatusReport } from '../../protocol/control.js';
import { Cc2ccError } from '../../protocol/errors.js';
import type { HostPaths } from '../../protocol/host-paths.js';
import { endDaemon } from '../../protocol/retire.js';
import type { Execution } from '../../service/execute.js';
import { isByService } from '../../service/installed-service.js';
import type { ServicePlace } from './service-place.js';

/** A busy machine takes some seconds to start a daemon; a manager may pause between attempts. */
const READY_MS = 20_000;
const LOOK_MS = 100;

/**
 * Has the service run the daemon. One that runs is asked to end in a way that keeps its sessions: they
 * find the launches held, wait, and attach to the next one, with everything that they have under way.
 * For who holds the launch lease.
 *
 * @returns the pid of the service's daemon
 * @throws Cc2ccError E_START when the service brings no daemon, E_SERVICE when it cannot be started
 */
export async function takeOver(place: ServicePlace, execution: Execution): Promise<number> {
  const { paths, manager, spec } = place;
  const before = await endDaemon(paths, 'restart');
  await execution.carryOut(manager.start(spec));
  return serviceDaemon(place, before);
}

/** Waits until a daemon answers that is the manager's own. */
async function serviceDaemon(
  { paths, manager, spec }: ServicePlace,
  before: number | undefined,
): Promise<number> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const report = await runningDaemon(paths);
    const state = await manager.state(spec);
    const isTheirs = report !== undefined && isByService(state, report.pid);
    if (isTheirs && report.pid !== before) return report.pid;
    const hasEnded = state.active === false && report === undefined;
    if (hasEnded || performance.now() > deadline) {
      const why = state.problems.length > 0 ? ` (${state.problems.join('; ')})` : '';
      throw new Cc2ccError('E_START', `The service ${state.name} brought no daemon${why}.`, {
        hint: 'See what is wrong: cc2cc-daemon run --service',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What the daemon says of itself, if one answers. */
export async function runningDaemon(paths: HostPaths): Promise<StatusReport | undefined> {
  try {
    return await callDaemon(paths, 'status', {});
  } catch (error) {
    const isGone =
      error instanceof Cc2ccError && ['E_NO_DAEMON', 'E_RETIRING'].includes(error.code);
    if (!isGone) throw error;
    return undefined;
  }
}

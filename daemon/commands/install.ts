import { loadConfig } from '../../protocol/config.js';
import type { StatusReport } from '../../protocol/control.js';
import { Cc2ccError, ExitCode, sentenceOf } from '../../protocol/errors.js';
import { bringDaemon, launchLease } from '../../protocol/launch.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { holdLaunches } from '../../protocol/retire.js';
import { version } from '../../protocol/version.js';
import { Execution } from '../../service/execute.js';
import { markInstalled, unmarkInstalled } from '../../service/installed.js';
import { reportInstalled, sayPlan } from './install-report.js';
import { isByService } from '../../service/installed-service.js';
import { placeNow, servicePlace, type ServicePlace } from './service-place.js';
import { runningDaemon, takeOver } from './take-over.js';

export interface InstallOptions {
  dryRun: boolean;
  /** Has it start with the system as well. */
  linger: boolean;
  /** Replaces a unit that we did not write. */
  force: boolean;
  json: boolean;
}

/**
 * `cc2cc-daemon install`: has the system run the daemon from each login on, and now. What runs already
 * is taken over. Done twice, the second time changes nothing. What fails half way is put back.
 */
export async function install(options: InstallOptions): Promise<number> {
  const place = await servicePlace('install');
  const { paths, manager } = place;
  if (options.linger && manager.linger === undefined) {
    throw new Cc2ccError(
      'E_USAGE',
      `--linger is for systemd; here the service is ${manager.kind}'s.`,
    );
  }
  loadConfig(paths.config); // a mistake in it would show in the service's journal only
  const daemon = await runningDaemon(paths);
  if (options.dryRun || isInForce(place, daemon)) return installAt(place, daemon, options);
  // Another install or uninstall of this root is awaited; what is left to do is seen after it.
  const lease = await holdLaunches(paths, launchLease);
  try {
    return await installAt(await placeNow(place), await runningDaemon(paths), options);
  } finally {
    lease.release();
  }
}

/** @param daemon which ran when it was decided whether the lease is needed: nothing is done without it */
async function installAt(
  place: ServicePlace,
  daemon: StatusReport | undefined,
  options: InstallOptions,
): Promise<number> {
  const { root, paths, manager, spec, warnings, state } = place;
  const isDone = isInForce(place, daemon);
  const wantsLinger = options.linger && state.lingers !== true;
  const execution = new Execution({ ...options, say: sayPlan(options) });
  if (options.dryRun) {
    if (!isDone) await planned(place, execution, daemon?.pid);
    if (wantsLinger) await execution.carryOut(manager.linger?.(spec) ?? []);
    return reportInstalled(place, execution, options, { warnings, pid: daemon?.pid ?? null });
  }
  let pid = daemon?.pid ?? null;
  if (!isDone) {
    ensurePrivateFolder(root);
    try {
      await execution.carryOut([
        ...manager.install(spec),
        markInstalled(paths, { kind: manager.kind, name: state.name }),
      ]);
      pid = await takeOver(place, execution);
    } catch (error) {
      throw await putBack(place, execution, daemon !== undefined, error);
    }
  }
  let failed = false;
  if (wantsLinger) {
    try {
      await execution.carryOut(manager.linger?.(spec) ?? []);
    } catch (error) {
      failed = true; // it was asked for; all else is done and stays
      warnings.push(sentenceOf(error));
    }
  }
  await reportInstalled(place, execution, options, { warnings, pid });
  return failed ? ExitCode.failed : ExitCode.ok;
}

/** Whether all of it is as it should be, and this very version runs by it. */
function isInForce({ state, marker }: ServicePlace, daemon: StatusReport | undefined): boolean {
  return (
    state.current === true &&
    state.enabled !== false &&
    marker !== undefined &&
    daemon?.version === version() &&
    isByService(state, daemon.pid)
  );
}

/** Says what would be done, in the order in which it would be. */
async function planned(
  { paths, manager, spec, state }: ServicePlace,
  execution: Execution,
  pid: number | undefined,
): Promise<void> {
  await execution.carryOut([
    ...manager.install(spec),
    markInstalled(paths, { kind: manager.kind, name: state.name }),
  ]);
  if (pid !== undefined) execution.note(`end    daemon ${pid}; its sessions move to the service's`);
  await execution.carryOut(manager.start(spec));
}

/**
 * After a failure: nothing stays of a new service, and an older one is as it was. A daemon that ran
 * before runs again, in the background.
 *
 * @returns the error, with what could not be put back
 */
async function putBack(
  { root, paths, manager, spec, state }: ServicePlace,
  execution: Execution,
  hadDaemon: boolean,
  error: unknown,
): Promise<Cc2ccError> {
  const left: string[] = [];
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    try {
      await step();
    } catch (problem) {
      left.push(sentenceOf(problem));
    }
  };
  const quiet = new Execution({ dryRun: false, force: false, say: () => undefined });
  if (state.installed) {
    left.push(...execution.rollBack());
    const before = state.enabled === false ? manager.disable(spec) : manager.enable(spec);
    await attempt(() => quiet.carryOut(before));
  } else {
    if (execution.steps.length > 0) await attempt(() => quiet.carryOut(manager.uninstall(spec)));
    await attempt(() => quiet.carryOut([unmarkInstalled(paths)]));
    left.push(...execution.rollBack());
  }
  if (hadDaemon && (await runningDaemon(paths).catch(() => undefined)) === undefined) {
    await attempt(() => bringDaemon(root, paths, new Set()));
  }
  const known = error instanceof Cc2ccError ? error : undefined;
  const after =
    left.length === 0
      ? state.installed
        ? 'The service is as it was before.'
        : 'Nothing of it was left behind.'
      : `Left behind: ${left.join(' ')}`;
  return new Cc2ccError(
    known?.code ?? 'E_INTERNAL',
    `The service was not installed. ${known?.message ?? String(error)}`,
    {
      hint: [known?.hint?.replace(/(?<![.!])$/, '.'), after].filter(Boolean).join(' '),
      cause: error,
    },
  );
}

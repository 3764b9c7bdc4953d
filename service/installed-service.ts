import { hostPaths } from '../protocol/host-paths.js';
import { bridgeRoot } from '../protocol/paths.js';
import { readServiceMarker } from '../protocol/service-marker.js';
import { resolveLocal } from '../protocol/settings/local-value.js';
import type { ServiceManager, ServiceSpec, ServiceState } from './manager.js';

/** The service of this root, and what its manager says of it. */
export interface InstalledService {
  manager: ServiceManager;
  spec: ServiceSpec;
  state: ServiceState;
}

/**
 * The service that was installed for this root. Where none was, nobody is asked.
 *
 * @returns undefined where there is none, or no service manager may be asked
 */
export async function installedService(
  root = bridgeRoot(),
  paths = hostPaths(root),
): Promise<InstalledService | undefined> {
  const marker = readServiceMarker(root, paths);
  if (marker === undefined || resolveLocal('noServiceManager').value === true) return undefined;
  const [{ makeSpec }, { managerOf, systemHere }] = await Promise.all([
    import('./spec.js'),
    import('./managers.js'),
  ]);
  const manager = await managerOf(systemHere());
  if (manager?.kind !== marker.kind) return undefined;
  const { spec } = makeSpec({ lasting: false });
  return { manager, spec, state: await manager.state(spec) };
}

/** Whether a daemon is the one that the manager runs; some managers know no pids. */
export function isByService(state: ServiceState, daemonPid: number): boolean {
  // Not every manager tells: then one that may be its own is taken for it.
  return state.pid === null ? state.active !== false : state.pid === daemonPid;
}

/** The service in a few words: who it is, whether it runs the daemon, when it starts. */
export function serviceLine(state: ServiceState, daemonPid: number | null): string {
  const { name, kind, pid, active, enabled, lingers, problems } = state;
  const runs =
    active === null
      ? 'its manager does not answer'
      : daemonPid !== null && isByService(state, daemonPid)
        ? 'runs this daemon'
        : active
          ? `runs another process (pid ${pid ?? '?'})`
          : 'does not run';
  const starts =
    enabled === null
      ? undefined
      : enabled
        ? lingers
          ? 'starts at boot'
          : 'starts at login'
        : 'disabled';
  return [`${name} (${kind})`, runs, starts, ...problems].filter(Boolean).join(', ');
}

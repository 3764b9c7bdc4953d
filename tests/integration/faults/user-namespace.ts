import { spawnSync } from 'node:child_process';
import { startDaemon, type OwnDaemon } from '../../support/daemon.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';

/** Limits of `/proc/sys/user`, which each user namespace has for itself. */
export type Limits = Partial<Record<'max_inotify_watches' | 'max_inotify_instances', number>>;

/** A daemon in a user namespace of its own, in which its user is the same, by another name. */
export interface NamespacedDaemon {
  daemon: OwnDaemon;
  /** Sets limits of the namespace from now on. */
  limit: (limits: Limits) => void;
}

/**
 * Starts a daemon whose limits can be lowered without touching those of the machine.
 *
 * @returns why that cannot be done here, for `t.skip`
 */
export async function startLimitedDaemon(
  sandbox: Sandbox,
  limits: Limits,
  extras: Extras = {},
): Promise<NamespacedDaemon | string> {
  if (process.platform !== 'linux') return 'needs Linux';
  const unshare = ['unshare', '--user', '--map-root-user'];
  const why = trouble([...unshare, 'sh', '-c', 'test -w /proc/sys/user/max_inotify_watches']);
  if (why !== undefined) return `needs user namespaces: ${why}`;
  const shell = ['sh', '-c', `${script(limits)}; exec "$@"`, 'sh'];
  const daemon = await startDaemon(sandbox, extras, [], undefined, [...unshare, ...shell]);
  return {
    daemon,
    limit: (next) => {
      const enter = ['nsenter', `--target=${daemon.pid}`, '--user', '--preserve-credentials'];
      const failed = trouble([...enter, 'sh', '-c', script(next)]);
      if (failed !== undefined) throw new Error(failed);
    },
  };
}

function script(limits: Limits): string {
  const lines = Object.entries(limits).map(([name, n]) => `echo ${n} > /proc/sys/user/${name}`);
  return lines.join('; ') || ':';
}

/** What a command said when it failed. */
function trouble([command = '', ...args]: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return (error?.message ?? stderr.trim()) || `${command}: exit code ${status}`;
}

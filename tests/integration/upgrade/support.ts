import { daemonPid, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { linesIn } from '../../support/lines.js';
import { readRendezvous } from '../../../protocol/rendezvous.js';
import type { Sandbox } from '../../support/sandbox.js';

export const OLD = '0.0.1';
export const NEW = '99.0.0';

/** The version of the daemon in force. */
export function versionInForce(sandbox: Sandbox): string | undefined {
  return readRendezvous(sandbox.hostPaths().rendezvous)?.version;
}

/** Waits until one daemon lives, which is of that version, and returns its pid. */
export function onlyDaemon(sandbox: Sandbox, version: string): Promise<number> {
  return until(
    () => {
      if (versionInForce(sandbox) !== version || daemonPids(sandbox).length !== 1) return undefined;
      return daemonPid(sandbox);
    },
    `one daemon, of version ${version}`,
    20_000,
  );
}

/** The versions of all daemons that have begun, in order, by their log. */
export function begun(log: string): string[] {
  return linesIn(log)
    .map((line) => JSON.parse(line) as { msg?: string; version?: string })
    .filter(({ msg }) => msg === 'started')
    .map(({ version }) => version ?? '?');
}

import type { StatusReport } from '../protocol/control.js';
import type { HostPaths } from '../protocol/host-paths.js';
import { PROTOCOL } from '../protocol/limits.js';
import { version } from '../protocol/version.js';
import { knownNames } from '../mail/directory.js';
import { describeAgent } from './directory.js';
import type { Instance } from './instance.js';
import type { Office } from './office.js';
import type { Rounds } from './rounds.js';

/** What `cc2cc-daemon status` shows. */
export function statusReport(
  office: Office,
  instance: Instance,
  paths: HostPaths,
  rounds: Rounds,
): StatusReport {
  const doorbells = [...office.sessions].flatMap(({ agent }) => agent?.doorbell ?? []);
  const watching = doorbells.every((doorbell) => doorbell.ok());
  const problems = [...rounds.problems(), ...office.rivals.problems()];
  if (!watching) problems.push('an inbox cannot be watched; it is rescanned on a timer instead');
  if (office.rules.problem !== undefined) problems.push(office.rules.problem);
  return {
    running: true,
    pid: process.pid,
    version: version(),
    protocol: PROTOCOL,
    instance: instance.id,
    root: office.root,
    socket: instance.socket,
    log: paths.log,
    config: office.config,
    uptimeSeconds: Math.floor((Date.now() - instance.started.getTime()) / 1000),
    watcher: {
      ok: watching,
      folders: doorbells.length,
      lastScan: office.inboxes.lastScan?.toISOString() ?? null,
      missed: office.inboxes.missed,
    },
    rules: office.rules.status,
    agents: knownNames(office)
      .map((name) => describeAgent(office, name))
      // Who is away and has no mail is history, not status.
      .filter(({ status, waiting }) => status !== 'offline' || waiting > 0),
    health: { ok: problems.length === 0, problems },
  };
}

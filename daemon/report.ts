import type { StatusReport } from '../protocol/control.js';
import type { HostPaths } from '../protocol/host-paths.js';
import { whyUnwatched } from '../protocol/inotify.js';
import { PROTOCOL } from '../protocol/limits.js';
import { version } from '../protocol/version.js';
import { heldBy } from '../mail/held.js';
import { knownNames } from '../mail/directory.js';
import { mailboxFault } from '../mail/mailbox-folders.js';
import { mailboxNames } from '../mail/mailbox-names.js';
import { sentenceOf } from '../protocol/errors.js';
import { mailboxPaths } from '../protocol/paths.js';
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
  const refusals = doorbells.flatMap((doorbell) => doorbell.trouble() ?? []);
  const watching = refusals.length === 0;
  const problems = [...rounds.problems(), ...office.rivals.problems()];
  if (!watching) {
    problems.push(
      `an inbox cannot be watched; it is rescanned on a timer instead (${whyUnwatched(refusals[0])})`,
    );
  }
  for (const problem of [office.rules.problem, office.trust.problem]) {
    if (problem !== undefined) problems.push(problem);
  }
  for (const problem of mailboxProblems(office.root)) {
    if (!problems.includes(problem)) problems.push(problem);
  }
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
    trust: { ...office.trust.status, held: countHeld(office) },
    agents: knownNames(office)
      .map((name) => describeAgent(office, name))
      // Who is away and has no mail is history, not status.
      .filter(({ status, waiting }) => status !== 'offline' || waiting > 0),
    health: { ok: problems.length === 0, problems },
  };
}

/** Of who is attached it is known; only the files of the others have to be read. */
function countHeld(office: Office): number {
  const countOf = (name: string): number | undefined =>
    office.agent(name)?.agent?.mailbox.unapproved().length;
  return heldBy(office.root, office.gate, { countOf }).total;
}

/** Of mailboxes that are not ours alone: nothing is read there, and nothing delivered. */
function mailboxProblems(root: string): string[] {
  return mailboxNames(root).flatMap((name) => {
    const fault = mailboxFault(mailboxPaths(root, name));
    return fault === undefined ? [] : sentenceOf(fault);
  });
}

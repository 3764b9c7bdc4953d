import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAEMON } from '../../installed.js';
import { hostId } from '../../../protocol/host-paths.js';
import { byHand, fail, ok, skip, warn, type Check } from '../check.js';
import { RESTART, START } from '../commands.js';
import { ourProcesses, type OurProcess } from '../processes.js';
import type { Scene } from '../scene.js';
import { reportOf } from './daemon.js';

/** A daemon that makes way for the next one is gone within this. */
const RETIRING_MS = 3_000;

/** Which program the daemon runs, and whether there is another daemon. */
export const DAEMON_PROGRAM_CHECKS: readonly Check[] = [
  {
    id: 'daemon-program',
    title: 'Its program',
    look: async (scene) => {
      const { pid, uptimeSeconds } = await reportOf(scene);
      const found = scene.processes()?.find((other) => other.pid === pid);
      if (found?.isGone === true) {
        return warn(`its program has been removed: ${found.script}`, {
          details: ['It runs on from memory, and ends when it needs a file of it.'],
          ...byHand(RESTART),
        });
      }
      const script = found?.script ?? DAEMON;
      const started = Date.now() - uptimeSeconds * 1000;
      if (newestOf(script) > started + 1000) {
        return warn(`its program has changed since its start: ${script}`, byHand(RESTART));
      }
      if (script !== DAEMON) {
        return warn(`it runs from another installation: ${script}`, {
          details: [`This one: ${DAEMON}`],
          ...byHand(RESTART),
        });
      }
      return ok(script);
    },
  },
  {
    id: 'daemon-twice',
    title: 'Only one daemon',
    look: async (scene) => {
      if (daemonsOf(scene) === undefined) return skip('this system does not show processes');
      if ((daemonsOf(scene)?.length ?? 0) > 1) await sleep(RETIRING_MS);
      const daemons = daemonsOf(scene) ?? [];
      const { answer } = await scene.daemon();
      const served = answer.kind === 'report' ? answer.report.pid : undefined;
      const others = daemons.filter(({ pid }) => pid !== served);
      if (others.length === 0) return ok(served === undefined ? 'none runs' : 'one');
      const pids = others.map(({ pid }) => pid).join(' ');
      if (answer.kind === 'hung' && others.length === 1) return ok('one, which does not answer');
      return fail('daemons of this root run that nobody finds', {
        details: others.map(({ pid, script }) => `process ${pid}: ${script}`),
        ...byHand(served === undefined ? `kill ${pids}; ${START}` : `kill ${pids}`),
      });
    },
  },
];

/**
 * Daemons of this root and this host. Where the system does not tell a process's root (macOS), only
 * those are counted that must be of this one: none.
 */
function daemonsOf({ root, host }: Scene): OurProcess[] | undefined {
  return ourProcesses()?.filter(
    (one) => one.program === 'daemon' && one.root === root && hostIdOf(one) === host,
  );
}

/** Exported for the check of shared roots. */
export function hostIdOf({ host }: OurProcess): string {
  return host === undefined ? hostId({}) : hostId({ CC2CC_HOST: host });
}

/** When a file of the program was last written, epoch milliseconds. */
function newestOf(script: string): number {
  const dist = join(dirname(script), '..');
  const folders = ['daemon', 'mail', 'protocol'].map((folder) => join(dist, folder));
  const files = [
    join(dist, '../package.json'),
    ...folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.js'))
        .map((name) => join(folder, name)),
    ),
  ];
  return Math.max(...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}

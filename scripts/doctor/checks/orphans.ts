import { readFileSync } from 'node:fs';
import { describeByFiles, listedNames, registryOf } from '../../../mail/directory.js';
import { byHand, ok, skip, warn, type Check } from '../check.js';
import { CLEANUP } from '../commands.js';
import type { OurProcess } from '../processes.js';
import type { Scene } from '../scene.js';
import { count, few } from '../words.js';

const DAY_MS = 24 * 3600 * 1000;

/** More names than this are looked at in part: each takes a heartbeat and a folder. */
const MAX_NAMES = 2_000;

/** What has stayed behind. */
export const ORPHAN_CHECKS: readonly Check[] = [
  {
    id: 'orphans',
    title: 'Orphaned shims',
    look: async (scene) => {
      const { root } = scene;
      const shims = scene
        .processes()
        ?.filter((one) => one.program === 'shim' && (one.root ?? root) === root);
      if (shims === undefined) return skip('this system does not show processes');
      const clients = await clientsByShim(scene);
      const orphans = shims.filter((shim) => isOrphan(shim, clients));
      if (orphans.length === 0) return ok(`${count(shims.length, 'shim')}, each with its session`);
      return warn(`${count(orphans.length, 'shim runs', 'shims run')} whose session is gone`, {
        details: few(orphans.map(({ pid, script }) => `process ${pid}: ${script}`)),
        ...byHand(`kill ${orphans.map(({ pid }) => pid).join(' ')}`),
      });
    },
  },
  {
    id: 'gone',
    title: 'Agents long gone',
    look: (scene) => {
      const root = scene.existingRoot();
      const keepMs = scene.config().keepDays * DAY_MS;
      if (keepMs === 0) return ok('they are kept for ever (keepDays)');
      const gone = listedNames(registryOf(root))
        .slice(0, MAX_NAMES)
        .map((name) => describeByFiles(root, name))
        // A day more: whoever cleans up does so every hour, while a daemon runs.
        .filter(
          ({ status, lastSeen }) => status === 'offline' && isOlder(lastSeen, keepMs + DAY_MS),
        );
      const mail = gone.filter(({ waiting }) => waiting > 0);
      if (mail.length > 0) {
        return warn(`mail waits for ${count(mail.length, 'agent')} long gone`, {
          details: few(mail.map(({ name, waiting }) => `${name}: ${count(waiting, 'message')}`)),
          ...byHand(`cc2cc receive ${mail[0]?.name ?? ''}`),
        });
      }
      if (gone.length > 0) {
        return warn(
          `${count(gone.length, 'agent')} long gone ${gone.length === 1 ? 'is' : 'are'} still listed`,
          {
            details: few(gone.map(({ name, lastSeen }) => `${name}, last seen ${lastSeen ?? '?'}`)),
            ...byHand(CLEANUP),
          },
        );
      }
      return ok('none');
    },
  },
];

function isOlder(time: string | null, ms: number): boolean {
  return time !== null && Date.now() - Date.parse(time) > ms;
}

/** Parents of shims when they said hello, by the shims' pids, as their daemon knows them. */
async function clientsByShim(scene: Scene): Promise<Map<number, number>> {
  const { answer } = await scene.daemon();
  const agents = answer.kind === 'report' ? answer.report.agents : [];
  return new Map(agents.flatMap(({ pids }) => (pids ? [[pids.shim, pids.client] as const] : [])));
}

/** A process whose parent has ended is given to the first of the system, or to one that stands in. */
function isOrphan({ pid, ppid }: OurProcess, clients: ReadonlyMap<number, number>): boolean {
  const client = clients.get(pid);
  if (client !== undefined) return client !== ppid;
  return ADOPTERS.has(nameOf(ppid));
}

/** In a container the first process may be the client itself. */
const ADOPTERS = new Set(['systemd', 'init', 'launchd', 'tini', 'docker-init', 'dumb-init']);

function nameOf(pid: number): string {
  if (process.platform !== 'linux') return pid === 1 ? 'launchd' : '';
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

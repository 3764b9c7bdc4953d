import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { byHand, fail, ok, skip, warn, type Check, type Finding } from '../check.js';
import { RESTART } from '../commands.js';
import { reportOf } from './daemon.js';
import { count } from '../words.js';

/** So many messages were found by a rescan only: events get lost, on a network folder for instance. */
const MANY_MISSED = 20;
/** Rounds come every second or few. */
const LATE_MS = 120_000;

/** File events: whether the daemon gets them, and whether the system has some left. */
export const WATCHER_CHECKS: readonly Check[] = [
  {
    id: 'watcher',
    title: 'Watcher',
    look: async (scene) => {
      const { watcher, health } = await reportOf(scene);
      if (!watcher.ok) {
        const why = health.problems.find((problem) => problem.includes('cannot be watched'));
        // The daemon tells what it lacks. Once there is more it watches again by itself.
        const more = /sudo sysctl [\w.]+=\d+/.exec(why ?? '')?.[0];
        return fail('an inbox cannot be watched; mail comes seconds late', {
          details: why === undefined ? [] : [why],
          ...byHand(more ?? RESTART),
        });
      }
      if (watcher.missed >= MANY_MISSED) {
        return warn(`${watcher.missed} messages came without a file event`, {
          details: ['A network folder raises none for what others write: mail comes seconds late.'],
          ...byHand('cc2cc status --json'),
        });
      }
      const age = watcher.lastScan === null ? 0 : Date.now() - Date.parse(watcher.lastScan);
      if (age > LATE_MS && watcher.folders > 0) {
        return warn(`no inbox was scanned for ${Math.round(age / 1000)} s`, byHand(RESTART));
      }
      return ok(`${count(watcher.folders, 'inbox', 'inboxes')} watched`);
    },
  },
  {
    id: 'inotify',
    title: 'File events',
    look: () => {
      if (process.platform !== 'linux') return skip('only Linux has limits that are met');
      return judgeInotify(inotifyUse());
    },
  },
];

export interface InotifyUse {
  instances: { used: number; max: number };
  watches: { used: number; max: number };
}

/** Exported for its test: the limits are those of the whole machine. */
export function judgeInotify({ instances, watches }: InotifyUse): Finding {
  const text = `${instances.used} of ${instances.max} instances, ${watches.used} of ${watches.max} watches`;
  const short = [
    { name: 'fs.inotify.max_user_instances', least: 512, ...instances },
    { name: 'fs.inotify.max_user_watches', least: 65536, ...watches },
  ].filter(({ used, max }) => used >= max * 0.8);
  if (short.length === 0) return ok(text);
  const lines = short.map(({ name, max, least }) => `${name}=${Math.max(least, 2 * max)}`);
  const more = {
    details: [`To keep it: echo '${lines.join('\\n')}' in /etc/sysctl.d/90-inotify.conf`],
    ...byHand(`sudo sysctl ${lines.join(' ')}`),
  };
  const isFull = short.some(({ used, max }) => used >= max);
  return isFull ? fail(`${text}: used up`, more) : warn(`${text}: nearly used up`, more);
}

/** What this user has taken, by the open files of the processes that may be looked at. */
function inotifyUse(): InotifyUse {
  const limit = (name: string): number =>
    Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'));
  const used = { instances: 0, watches: 0 };
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) continue;
      for (const fd of readdirSync(`/proc/${pid}/fd`)) addFile(`/proc/${pid}`, fd, used);
    } catch {
      continue; // it has ended, or is another container's
    }
  }
  return {
    instances: { used: used.instances, max: limit('max_user_instances') },
    watches: { used: used.watches, max: limit('max_user_watches') },
  };
}

function addFile(folder: string, fd: string, used: { instances: number; watches: number }): void {
  try {
    if (readlinkSync(`${folder}/fd/${fd}`) !== 'anon_inode:inotify') return;
    used.instances += 1;
    const info = readFileSync(`${folder}/fdinfo/${fd}`, 'utf8');
    used.watches += info.split('\n').filter((line) => line.startsWith('inotify wd:')).length;
  } catch {
    // closed meanwhile
  }
}

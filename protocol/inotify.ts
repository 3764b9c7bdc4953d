import { readFileSync } from 'node:fs';
import { errnoOf } from './errors.js';

/** What of inotify can be used up. Processes have one instance each, folders one watch each. */
type InotifyKind = 'instances' | 'watches';

interface InotifyLimit {
  /** The sysctl that sets it. */
  name: string;
  max: number;
}

/** What a limit is raised to at least. */
const LEAST: Readonly<Record<InotifyKind, number>> = { instances: 512, watches: 65_536 };

/** Why the system refused to watch, and what mends it, as half a sentence. */
export function whyUnwatched(error: unknown, platform = process.platform): string {
  const errno = errnoOf(error) ?? 'unknown error';
  const kind = { ENOSPC: 'watches', EMFILE: 'instances' } as const;
  if (platform !== 'linux' || !(errno === 'ENOSPC' || errno === 'EMFILE')) return errno;
  const orFiles = errno === 'EMFILE' ? ', or else files that may be open, see ulimit -n' : '';
  try {
    const more = moreInotify(kind[errno]);
    return `${errno}: no inotify ${kind[errno]} are left${orFiles}; for more: sudo sysctl ${more}`;
  } catch {
    return errno; // no /proc to look at
  }
}

/**
 * The limit of Linux that is in force for this user, which in a container may be one of its own.
 *
 * @throws Error of the file system where there is no such limit
 */
function inotifyLimit(kind: InotifyKind): InotifyLimit {
  const user = { name: `fs.inotify.max_user_${kind}` };
  const own = { name: `user.max_inotify_${kind}` };
  const limits = [user, own].flatMap(({ name }) => {
    const max = readLimit(name);
    return max === undefined ? [] : [{ name, max }];
  });
  const [first, second] = limits;
  if (first === undefined) throw new Error('There are no limits of inotify in /proc/sys.');
  return second !== undefined && second.max < first.max ? second : first;
}

/** The setting that gives more: `fs.inotify.max_user_watches=65536`. */
function moreInotify(kind: InotifyKind): string {
  const { name, max } = inotifyLimit(kind);
  return `${name}=${Math.max(LEAST[kind], 2 * max)}`;
}

function readLimit(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8'));
  } catch {
    return undefined; // older kernels have no limits for namespaces
  }
}

import { ControlConnection } from './control-connection.js';
import { Cc2ccError, sentenceOf } from './errors.js';
import type { HostPaths } from './host-paths.js';
import { forgetFailure, hasFailed, noteFailure } from './kept-note.js';
import { bringDaemon, reserveLaunch } from './launch.js';
import { olderDaemon } from './older-daemon.js';
import type { Rendezvous } from './rendezvous.js';
import { holdWhile, retire } from './retire.js';
import { isNewer } from './semver.js';
import { resolveLocal } from './settings/local-value.js';
import { spawnDaemon } from './spawn-daemon.js';
import { version } from './version.js';

/** Another process that replaces it takes some seconds; one that hangs must not hold up all others. */
const WAIT_MS = 10_000;

/** An older daemon that stays in force. */
export interface Kept {
  instance: string;
  /** In a sentence, for people. */
  why: string;
  /** Whether somebody should be told: false where it is a wish, or was told lately. */
  isNews: boolean;
}

export interface ReplaceOptions {
  /** Variables that are for the daemon, as for `launchDaemon`. */
  flagged?: ReadonlySet<string>;
  /** Also when it has failed lately: somebody asks for it. */
  insist?: boolean;
}

/**
 * Replaces the daemon that runs if it is older than this program: under the launch lease it is asked
 * to drain and end, and the next one is started. Sessions move over by themselves. Of many at once only
 * one does so, the others wait. An older program never replaces a newer daemon.
 *
 * @returns why an older one stays; undefined where none is there any more, so that dialling, and
 *   starting where nobody answers, is what is left to do
 * @throws Cc2ccError E_START or what the next daemon reports, when it ended after the older one had
 */
export async function replaceOlder(
  root: string,
  paths: HostPaths,
  { flagged = new Set(), insist = false }: ReplaceOptions = {},
): Promise<Kept | undefined> {
  const older = olderDaemon(paths);
  if (older === undefined) return undefined;
  const { value: forbidden, name = 'noLaunch' } = resolveLocal('noLaunch');
  // What cannot be replaced must not be ended.
  if (forbidden === true) return kept(older, `${name} is set.`, false);
  if (!insist && hasFailed(paths, older.version)) {
    return kept(older, 'It could not be replaced a moment ago.', false);
  }
  try {
    await underLease(root, paths, flagged, older);
    const other = olderDaemon(paths);
    if (other !== undefined) {
      noteFailure(paths, other.version);
      return kept(other, 'It came back in the place of the one that was replaced.', true);
    }
  } catch (error) {
    noteFailure(paths, older.version);
    if (olderDaemon(paths) === undefined) throw error;
    return kept(older, sentenceOf(error), true);
  }
  forgetFailure(paths);
  return undefined;
}

function kept({ instance, version: daemon }: Rendezvous, why: string, isNews: boolean): Kept {
  return {
    instance,
    why: `The daemon (${daemon}) is older than this cc2cc (${version()}) and goes on: ${why}`,
    isNews,
  };
}

async function underLease(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string>,
  { instance }: Rendezvous,
): Promise<void> {
  // Who has it replaces the daemon for all that wait.
  const lease = await holdWhile(
    () => reserveLaunch(paths),
    WAIT_MS,
    () => olderDaemon(paths)?.instance === instance,
  );
  if (lease === undefined) return;
  try {
    // Files that are being installed, or a configuration that the next one does not accept, must not
    // cost the daemon that runs.
    const check = (): Promise<void> => spawnDaemon(root, paths, flagged, 'check');
    if (!(await retireOlder(paths, check))) return;
    const isByService = await bringDaemon(root, paths, flagged);
    // A service that was installed from elsewhere runs the files that it knows. Then this one runs
    // without it, and what the service starts later leaves it alone.
    if (isByService && (await retireOlder(paths))) await bringDaemon(root, paths, flagged, false);
  } finally {
    lease.release();
  }
}

/** @returns whether one ran that was older and has ended */
async function retireOlder(paths: HostPaths, first?: () => Promise<void>): Promise<boolean> {
  const daemon = await ControlConnection.open(paths).catch(orNone);
  if (daemon === undefined) return false;
  try {
    // The one that answers decides, not the file.
    if (!isNewer(version(), daemon.welcome.version)) return false;
    await first?.();
    await retire(daemon, 'restart');
    return true;
  } finally {
    daemon.close();
  }
}

function orNone(error: unknown): undefined {
  if (error instanceof Cc2ccError && ['E_NO_DAEMON', 'E_RETIRING'].includes(error.code)) return;
  throw error;
}

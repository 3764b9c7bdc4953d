import { lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { closeQuietly } from './close-quietly.js';
import { isAnythingAt } from './anything-at.js';
import { errnoOf } from './errors.js';
import { patiently } from './patiently.js';
import { pauseSync } from './pause-sync.js';

/** Another's mark is waited for so long; what it guards takes three calls. */
const PATIENCE_MS = 250;
const STEP_MS = 5;

/** A mark as old as this was left by one that died. */
const DEAD_MS = 10_000;

/**
 * Moves a file to a name that nothing has, where the file system has no hard links. `rename` would
 * replace silently, so whoever is about to do it first makes a mark, which exactly one can.
 *
 * What remains beside `link`: somebody who is held up between the mark and the rename for ten seconds may
 * replace what has come meanwhile, and so may a program that knows nothing of marks.
 *
 * @param mark a file beside the target, or in a folder of drafts; the same for all who try
 * @returns false when there is something already; `from` stays then
 * @throws Error of the file system, EBUSY while another is held up
 */
export function placeWithoutLinks(from: string, target: string, mark: string): boolean {
  takeMark(mark);
  try {
    if (isAnythingAt(target)) return false;
    patiently(() => renameSync(from, target));
    return true;
  } finally {
    rmSync(mark, { force: true });
  }
}

function takeMark(mark: string): void {
  for (let waited = 0; ; waited += STEP_MS) {
    try {
      closeQuietly(openSync(mark, 'wx', 0o600));
      return;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const made = lstatSync(mark, { throwIfNoEntry: false })?.mtimeMs;
    if (made === undefined) continue;
    // A date in the future is no reason to wait for ever.
    if (Math.abs(Date.now() - made) > DEAD_MS) rmSync(mark, { force: true });
    else if (waited < PATIENCE_MS)
      pauseSync(STEP_MS); // callers rely on being alone
    else throw Object.assign(new Error(`EBUSY: ${mark} is another's`), { code: 'EBUSY' });
  }
}

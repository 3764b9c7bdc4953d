import { errnoOf } from './errors.js';
import { pauseSync } from './pause-sync.js';

/** What Windows says of a file that somebody else has open at that moment. */
const BUSY: readonly (string | undefined)[] = ['EPERM', 'EACCES', 'EBUSY'];

/** A reader has a file open for a millisecond or two, a virus scanner for some more. */
const WAITS_MS = [1, 2, 5, 10, 20, 50, 100];

/**
 * Moves, replaces or removes a file although others may look at it just then. Windows refuses that
 * while they have it open, so there it is tried again for a moment; elsewhere it is done once.
 *
 * @throws what `step` throws, when it does not pass
 */
export function patiently<T>(step: () => T, platform: NodeJS.Platform = process.platform): T {
  for (const wait of platform === 'win32' ? WAITS_MS : []) {
    try {
      return step();
    } catch (error) {
      if (!BUSY.includes(errnoOf(error))) throw error;
    }
    pauseSync(wait); // callers rely on being alone
  }
  return step();
}

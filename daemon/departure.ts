import { newerFormat } from '../mail/format.js';
import { OwnFiles } from './own-files.js';
import type { Ending } from './shutdown.js';

/** Why a daemon leaves that nobody told to. */
export interface Departure {
  ending: Ending;
  /** For the log. */
  why: string;
}

/**
 * Looks, once a round, whether this daemon should go on.
 *
 * @param isCurrent whether clients still find it
 */
export function departure(
  root: string,
  isCurrent: () => boolean,
  roundMs: number,
): () => Departure | undefined {
  const files = new OwnFiles(roundMs);
  return () => {
    if (!isCurrent()) {
      return {
        ending: 'superseded',
        why: 'another daemon has taken over, or the socket is gone',
      };
    }
    const gone = files.gone();
    if (gone !== undefined) {
      return { ending: 'restart', why: `${gone} is gone: cc2cc has been removed` };
    }
    // By a program on another host that shares the root: what we write would be wrong there.
    const newer = newerFormat(root);
    return newer === undefined ? undefined : { ending: 'restart', why: newer };
  };
}

import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, parse, resolve, sep } from 'node:path';
import { Cc2ccError } from './errors.js';
import { isOwn } from './own-file.js';

/** As many as the system follows. */
const MAX_LINKS = 40;

/**
 * Refuses a path that leads through a link which somebody else has made: in a folder such as /tmp anybody
 * can put one where a folder of ours is to be, and would choose in which folder we work.
 *
 * @param path absolute; what of it is not there yet is no link
 * @throws Cc2ccError E_UNSAFE for a link that is neither ours nor the system's
 */
export function assertOwnLinks(path: string): void {
  let left = MAX_LINKS;
  const look = (from: string): void => {
    const { root } = parse(from);
    let at = root;
    for (const part of from.slice(root.length).split(sep)) {
      at = resolve(at, part);
      const stats = lookAt(at);
      if (stats === undefined) return;
      if (!stats.isSymbolicLink()) continue;
      if (!isOwn(stats) && stats.uid !== 0) {
        throw new Cc2ccError('E_UNSAFE', `${at} is a symbolic link of user ${stats.uid}.`, {
          hint: 'Choose a folder that only you can make links to, with CC2CC_BRIDGE_DIR.',
        });
      }
      left -= 1;
      if (left < 0) return; // the system will not follow them either
      look(resolve(dirname(at), readlinkSync(at)));
    }
  };
  look(path);
}

/** Undefined also for what cannot be looked at: who opens it is told why. */
function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

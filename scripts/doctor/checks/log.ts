import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../../protocol/errors.js';
import { byHand, fail, ok, warn, type Check } from '../check.js';
import { RESTART } from '../commands.js';
import { faultOf, lookAt } from '../look-at.js';
import { size } from '../words.js';

/** It is set aside when it is full; past this nobody does so. */
const TOO_LARGE = 4;

/** Where the daemon writes what happens. */
export const LOG_CHECK: Check = {
  id: 'log',
  title: 'Log',
  look: (scene) => {
    const { log, errorLog } = scene.paths;
    const folder = dirname(log);
    const place = lookAt(folder);
    if (place === undefined) return ok(`${log}, made at the first start`);
    const fault = faultOf(place, 'folder') ?? unwritable(folder);
    if (fault !== undefined) return fail(`${folder}: ${fault}`, byHand(`ls -ld '${folder}'`));
    for (const path of [log, errorLog]) {
      const file = lookAt(path);
      const wrong = file === undefined ? undefined : (faultOf(file, 'file') ?? unwritable(path));
      if (wrong !== undefined) return fail(`${path}: ${wrong}`, byHand(`ls -ld '${path}'`));
    }
    const bytes = lookAt(log)?.stats.size;
    if (bytes === undefined) return ok(`${log}, not written yet`);
    const most = scene.config().logBytes;
    if (bytes > TOO_LARGE * most) {
      return warn(
        `${log} has ${size(bytes)}, and is to be set aside at ${size(most)}`,
        byHand(RESTART),
      );
    }
    return ok(`${log}, ${size(bytes)}`);
  },
};

function unwritable(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return `cannot be written (${errnoOf(error) ?? '?'})`;
  }
}

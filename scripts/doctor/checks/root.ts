import { chmodSync } from 'node:fs';
import { assertFormat, FORMAT, formatPath, newerFormat } from '../../../mail/format.js';
import { reportOf } from '../../../protocol/errors.js';
import { isOwn } from '../../../protocol/own-file.js';
import { makeFolder } from '../../../protocol/make-folder.js';
import { rootPaths } from '../../../protocol/paths.js';
import { ensurePrivateFolder } from '../../../protocol/private-folder.js';
import { BY_DOCTOR, byHand, fail, ok, warn, type Check, type Finding } from '../check.js';
import { REINSTALL } from '../commands.js';
import { faultOf, isLoose, lookAt, modeOf } from '../look-at.js';
import type { Scene } from '../scene.js';

/** The bridge root and the folders in it. */
export const ROOT_CHECKS: readonly Check[] = [
  {
    id: 'root',
    title: 'Bridge root',
    look: (scene) => lookAtRoot(scene),
    mend: ({ root }) => {
      const before = lookAt(root);
      const made = before === undefined ? [root] : [];
      if (before?.kind === 'folder' && isLoose(before, 0o022)) chmodSync(root, 0o700);
      ensurePrivateFolder(root);
      for (const folder of sharedFolders(root)) {
        if (lookAt(folder) !== undefined) continue;
        makeFolder(folder);
        made.push(folder);
      }
      const mode = before !== undefined && isLoose(before, 0o022) ? [`${root}: mode 0700`] : [];
      return [...mode, ...made.map((folder) => `made ${folder}`)];
    },
  },
  { id: 'format', title: 'Format', look: (scene) => lookAtFormat(scene.existingRoot()) },
];

function lookAtRoot({ root }: Scene): Finding {
  const place = lookAt(root);
  if (place === undefined) return warn(`${root} is not there yet`, BY_DOCTOR);
  const fault = faultOf(place, 'folder');
  if (fault !== undefined) {
    const command = isOwn(place.stats) ? `ls -ld '${root}'` : `sudo chown -R "$USER" '${root}'`;
    return fail(`${root}: ${fault}`, byHand(command));
  }
  if (process.platform !== 'win32' && (place.stats.mode & 0o022) !== 0) {
    const isShared = (place.stats.mode & 0o1000) !== 0; // /tmp and the like: not ours to change
    return fail(
      `${root} has mode ${modeOf(place)}: others may write to it`,
      isShared ? byHand(`export CC2CC_BRIDGE_DIR="$HOME/.cc2cc"`) : BY_DOCTOR,
    );
  }
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const folder of sharedFolders(root)) {
    const found = lookAt(folder);
    const what = found === undefined ? undefined : faultOf(found, 'folder');
    if (found === undefined) missing.push(folder);
    else if (what !== undefined) wrong.push(`${folder}: ${what}`);
  }
  if (wrong.length > 0) {
    return fail('where folders belong lies something else', {
      details: wrong,
      ...byHand(`ls -la '${root}' # look at it, then move it away`),
    });
  }
  if (missing.length > 0) {
    return warn('folders are missing', { details: missing, ...BY_DOCTOR });
  }
  return ok(root);
}

function sharedFolders(root: string): string[] {
  const { status, agents, rejected, leases } = rootPaths(root);
  return [status, agents, rejected, leases];
}

function lookAtFormat(root: string): Finding {
  try {
    assertFormat(root);
    return ok(`${FORMAT}`);
  } catch (error) {
    const { message, hint } = reportOf(error);
    const command = newerOrNone(root) ? REINSTALL : `ls -ld '${formatPath(root)}'`;
    return fail(message, {
      ...(hint === undefined ? {} : { details: [hint] }),
      ...byHand(command),
    });
  }
}

function newerOrNone(root: string): boolean {
  try {
    return newerFormat(root) !== undefined;
  } catch {
    return false; // it makes no sense, as was said
  }
}

import { chmodSync, closeSync, constants, fchmodSync, fstatSync, openSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isOwn } from '../../../protocol/own-file.js';
import { BY_DOCTOR, byHand, fail, ok, warn, type Check } from '../check.js';
import { below, isLoose, lookAt, modeOf, namesIn, type Place } from '../look-at.js';
import type { Scene } from '../scene.js';
import { count, few } from '../words.js';

/** An lstat takes some 5 µs; a root with more than this is looked at in part. */
const MAX_ENTRIES = 100_000;

/** Owners, modes and kinds of what lies in the root and in the folders of this host. */
export const MODE_CHECKS: readonly Check[] = [
  {
    id: 'owners',
    title: 'Owners',
    look: (scene) => {
      const { strangers, total } = survey(scene);
      if (strangers.length === 0)
        return ok(`${count(total, 'file or folder', 'files and folders')}, all yours`);
      return fail(`${count(strangers.length, 'file belongs', 'files belong')} to other users`, {
        details: few(strangers.map(({ path, stats }) => `${path}: user ${stats.uid}`)),
        ...byHand(`sudo chown -R "$USER" '${scene.root}'`),
      });
    },
  },
  {
    id: 'modes',
    title: 'Modes',
    look: (scene) => {
      const { loose } = survey(scene);
      if (loose.length === 0) return ok('folders 0700, files 0600');
      return warn(`${count(loose.length, 'file or folder', 'files and folders')} open to others`, {
        details: few(loose.map((place) => `${place.path}: ${modeOf(place)}`)),
        ...BY_DOCTOR,
      });
    },
    mend: (scene) => survey(scene).loose.flatMap((place) => tighten(place)),
  },
  {
    id: 'strange-files',
    title: 'Links and devices',
    look: (scene) => {
      const { strange } = survey(scene);
      if (strange.length === 0) return ok('none in the bridge root');
      const isOnWay = strange.some((place) => !isInMailbox(scene.root, place));
      return (isOnWay ? fail : warn)('links or other things that are no files lie in the root', {
        details: few(strange.map(({ path, kind }) => `${path}: ${KINDS[kind]}`)),
        ...byHand(`ls -l '${strange[0]?.path ?? ''}' # then remove it`),
      });
    },
  },
];

/** What a root holds; `-to-` is the older form of mailboxes. */
const OURS =
  /^(?:(?:[a-z0-9][a-z0-9-]*-)?to-.*|status|agents|rejected|leases|tasks|secret\.key.*|(?:rules|trust|format)\.json)$/;

const KINDS = { file: 'a file', folder: 'a folder', link: 'a link', other: 'a FIFO or a device' };

interface Survey {
  total: number;
  strangers: Place[];
  loose: Place[];
  strange: Place[];
}

/** What is not as we make it. Message files may be dropped by anybody's umask: the folders keep them. */
function survey(scene: Scene): Survey {
  const found: Survey = { total: 0, strangers: [], loose: [], strange: [] };
  const budget = { left: MAX_ENTRIES };
  const look = (place: Place, isInRoot: boolean): void => {
    found.total += 1;
    if (place.kind === 'link' || place.kind === 'other') {
      if (isInRoot) found.strange.push(place);
    } else if (!isOwn(place.stats)) found.strangers.push(place);
    else if (isLoose(place, isMail(scene.root, place) ? 0o022 : 0o077)) found.loose.push(place);
  };
  const root = lookAt(scene.existingRoot());
  // A sticky folder, such as /tmp, is meant for everybody; the check of the root says so.
  if (root !== undefined && (root.stats.mode & 0o1000) === 0) look(root, true);
  // The root may be a folder in which there is more than ours: that is nobody's business here.
  for (const name of namesIn(scene.root, budget).filter((entry) => OURS.test(entry))) {
    const place = lookAt(join(scene.root, name));
    if (place === undefined) continue;
    look(place, true);
    if (place.kind === 'folder') for (const inner of below(place.path, budget)) look(inner, true);
  }
  const state = lookAt(scene.paths.state);
  if (state?.kind === 'folder') {
    look(state, false);
    for (const place of below(scene.paths.state, budget)) look(place, false);
  }
  for (const path of [scene.paths.log, scene.paths.errorLog]) {
    const place = lookAt(path);
    if (place?.kind === 'file') look(place, false);
  }
  return found;
}

function isMail(root: string, { path, kind }: Place): boolean {
  return (
    kind === 'file' && /^[^/\\]*to-[^/\\]+[/\\](?:tmp|inbox|done)[/\\]/.test(relative(root, path))
  );
}

/** What an inbox takes in or refuses by itself. */
function isInMailbox(root: string, { path }: Place): boolean {
  return /^(?:[^/\\]*to-[^/\\]+[/\\](?:tmp|inbox)|rejected)[/\\]/.test(relative(root, path));
}

/** On the open file, so that nothing can be put in its place meanwhile. */
function tighten(place: Place): string[] {
  const mode = place.kind === 'folder' ? 0o700 : 0o600;
  const before = modeOf(place);
  // What its owner may not read cannot be opened; a folder that nobody else can write to holds it.
  if ((place.stats.mode & 0o400) === 0) {
    chmodSync(place.path, mode);
    return [`${place.path}: ${before} to 0${mode.toString(8)}`];
  }
  const fd = openSync(place.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const now = fstatSync(fd);
    if (!isOwn(now) || now.ino !== place.stats.ino) return [];
    fchmodSync(fd, mode);
    return [`${place.path}: ${before} to 0${mode.toString(8)}`];
  } finally {
    closeSync(fd);
  }
}

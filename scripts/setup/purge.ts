import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { describeByFiles, listedNames, registryOf } from '../../mail/directory.js';
import { ownEntry, ownFile, ownFolder } from '../../mail/own-file.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { hostId } from '../../protocol/host-paths.js';
import { isName } from '../../protocol/names.js';
import { rootPaths } from '../../protocol/paths.js';
import { entriesOf, pruneUp, removeAll } from './remove-files.js';

/** Files of ours in a root, with the drafts that a crash may have left of them. */
const FILES =
  /^(?:secret\.key(?:\.former\.json)?|rules\.json|trust\.json|format\.json)(?:\.[\w-]+\.tmp|\.\d+)?$/;

const FOLDERS = ['status', 'agents', 'rejected', 'leases', 'tasks'];

/** What a mailbox has; see the specification. */
const IN_MAILBOX = /^(?:tmp|inbox|done|receipts|journal\.jsonl(?:\..*)?)$/;

/**
 * Makes sure that a root can be removed.
 *
 * @returns false where there is none
 * @throws Cc2ccError E_PATH for a folder that is no bridge root, E_REFUSED for one that others use
 */
export function assertPurgeable(root: string): boolean {
  if (!existsSync(root)) return false;
  const home = homedir();
  const isHome = root === home || root === dirname(root) || `${home}${sep}`.startsWith(root + sep);
  const { status, agents } = rootPaths(root);
  const looksLikeOne =
    ownFolder(root) !== undefined &&
    (ownFile(join(root, 'secret.key')) !== undefined ||
      (ownFolder(status) !== undefined && ownFolder(agents) !== undefined));
  if (isHome || !looksLikeOne) {
    throw new Cc2ccError('E_PATH', `${root} is not a bridge root: nothing in it is removed.`, {
      hint: 'See: cc2cc config bridgeDir',
    });
  }
  const host = hostId();
  const others = listedNames(registryOf(root))
    .map((name) => describeByFiles(root, name, host))
    .filter(({ status: state }) => state !== 'offline');
  if (others.length === 0) return true;
  throw new Cc2ccError(
    'E_REFUSED',
    `${root} is in use still, by ${others.map(({ name }) => name).join(', ')}.`,
    { hint: 'End them first, or uninstall without --purge.' },
  );
}

/**
 * Removes the mail, and the root when nothing else is in it.
 *
 * @returns the paths of what stays, since it is none of ours
 * @throws Cc2ccError E_STORE
 */
export function purgeRoot(root: string, dryRun: boolean): string[] {
  const left: string[] = [];
  const take = (path: string, isOurs: boolean): void => {
    if (isOurs) removeAll([path], dryRun);
    else left.push(path);
  };
  for (const name of entriesOf(root)) {
    const path = join(root, name);
    const isMailbox = name.startsWith('to-') && isName(name.slice('to-'.length));
    if (!isMailbox || ownFolder(path) === undefined) {
      const isFolder = FOLDERS.includes(name) && ownFolder(path) !== undefined;
      take(path, isFolder || (FILES.test(name) && ownFile(path) !== undefined));
      continue;
    }
    for (const inner of entriesOf(path)) {
      const at = join(path, inner);
      take(at, IN_MAILBOX.test(inner) && ownEntry(at)?.isSymbolicLink() === false);
    }
    if (!dryRun) pruneUp(path, path);
  }
  if (!dryRun) pruneUp(root, root);
  return left;
}

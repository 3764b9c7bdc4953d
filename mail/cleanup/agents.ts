import { lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cardNames } from '../card.js';
import { mailboxNames } from '../mailbox-names.js';
import { ownFile, ownFolder } from '../own-file.js';
import { heartbeatNames, heartbeatPath } from '../../protocol/heartbeat.js';
import { listFolder } from '../../protocol/list-folder.js';
import { isName } from '../../protocol/names.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { abandonedBytes } from './abandoned.js';
import { leavesNothing } from './done.js';
import { cardPathOf, isLongGone, leaseFolderOf } from './life.js';
import { neededNames } from './needed.js';
import { removeAgent } from './remove-agent.js';
import { spanOf, type Item, type Scene } from './scene.js';

/** What may lie in a mailbox that goes. */
const PARTS = new Set(['tmp', 'inbox', 'done', 'receipts', 'journal.jsonl', 'journal.jsonl.new']);

/** Everybody of whom there is a mailbox, a heartbeat, a card or a lease. */
export function allNames(root: string): string[] {
  const leases = listFolder(rootPaths(root).leases).filter(isName);
  return [
    ...new Set([...mailboxNames(root), ...heartbeatNames(root), ...cardNames(root), ...leases]),
  ].sort();
}

/**
 * Agents, and former names of agents, that are long gone and leave nothing behind: mailbox,
 * heartbeat, card and lease go together.
 */
export async function* agentItems(scene: Scene): AsyncGenerator<Item> {
  const gone: string[] = [];
  const failures: unknown[] = [];
  for (const name of allNames(scene.root)) {
    await scene.breathe();
    try {
      if (isLongGone(scene, name) && (await isEmpty(scene, name))) gone.push(name);
    } catch (error) {
      failures.push(error); // one that cannot be judged stays, and keeps no other
    }
  }
  const needed = gone.length === 0 ? new Set() : await neededNames(scene);
  for (const name of gone) {
    if (needed.has(name)) continue;
    yield {
      kind: 'agent',
      path: relative(scene.root, mailboxPaths(scene.root, name).dir),
      bytes: bytesOf(scene.root, name),
      why: `${name} was not here for ${spanOf(scene.keepMs)}, and nothing waits`,
      remove: () => removeAgent(scene, name),
    };
  }
  if (failures.length > 0) throw failures[0];
}

/** Whether a mailbox holds nothing, or only what goes by itself; also where there is none. */
async function isEmpty(scene: Scene, name: string): Promise<boolean> {
  const paths = mailboxPaths(scene.root, name);
  if (lstatSync(paths.dir, { throwIfNoEntry: false }) === undefined) return true;
  if (ownFolder(paths.dir) === undefined) return false;
  for (const part of readdirSync(paths.dir)) {
    const path = join(paths.dir, part);
    const isOurs = part.startsWith('journal') ? ownFile(path) : ownFolder(path);
    if (!PARTS.has(part) || isOurs === undefined) return false;
  }
  if (listFolder(paths.inbox).length > 0) return false;
  const staged = listFolder(paths.tmp).map((file) => join(paths.tmp, file));
  if (staged.some((path) => abandonedBytes(scene, path) === undefined)) return false;
  return leavesNothing(scene, paths);
}

function bytesOf(root: string, name: string): number {
  const lease = leaseFolderOf(root, name);
  const files = [
    mailboxPaths(root, name).journal,
    heartbeatPath(root, name),
    cardPathOf(root, name),
    ...listFolder(lease).map((file) => join(lease, file)),
  ];
  return files.reduce((sum, path) => sum + (ownFile(path)?.size ?? 0), 0);
}

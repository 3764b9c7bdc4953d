import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readJournal } from '../delivery.js';
import { ownFile, ownFolder } from '../own-file.js';
import { isTombstone } from '../tombstone.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { isAway } from './life.js';
import type { Item, Scene } from './scene.js';
import { isAnythingAt } from '../../protocol/anything-at.js';
import { patiently } from '../../protocol/patiently.js';

/**
 * Journals of agents that are away, without the lines of messages that have ended and are gone. The
 * daemon that an agent is attached to compacts its journal itself.
 */
export async function* journalItems(scene: Scene, name: string): AsyncGenerator<Item> {
  const paths = mailboxPaths(scene.root, name);
  if (ownFolder(paths.dir) === undefined || ownFile(paths.journal) === undefined) return;
  if (!isAway(scene, name)) return;
  await scene.breathe();
  const bytes = compacted(paths)?.bytes;
  if (bytes === undefined) return;
  yield {
    kind: 'journal',
    path: relative(scene.root, paths.journal),
    bytes,
    why: 'lines of messages that have ended and are gone',
    remove: () => isAway(scene, name) && compact(paths),
  };
}

/** What would be left of a journal; undefined where all of it is needed. */
function compacted(paths: MailboxPaths): { text: string; bytes: number; size: number } | undefined {
  const size = ownFile(paths.journal)?.size ?? 0;
  const told = readJournal(paths.journal);
  const kept = [...told].filter(
    ([
      id,
      {
        state: { name },
      },
    ]) => {
      return (name !== 'seen' && name !== 'expired') || isThere(paths, id);
    },
  );
  if (kept.length === told.size) return undefined;
  const lines = kept.flatMap(([, { history }]) => history);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return { text, bytes: Math.max(0, size - Buffer.byteLength(text)), size };
}

function isThere(paths: MailboxPaths, id: string): boolean {
  const inbox = join(paths.inbox, `${id}.json`);
  const done = join(paths.done, `${id}.json`);
  return isAnythingAt(inbox) || (isAnythingAt(done) && !isTombstone(done));
}

function compact(paths: MailboxPaths): boolean {
  const left = compacted(paths);
  if (left === undefined) return false;
  const fresh = `${paths.journal}.new`;
  try {
    if (ownFile(fresh) === undefined && isAnythingAt(fresh)) return false; // not ours to replace
    writeFileSync(fresh, left.text, { mode: 0o600 });
    // Another host's daemon may have added a line of a message that expired.
    if (readFileSync(paths.journal).length !== left.size) return false;
    patiently(() => renameSync(fresh, paths.journal));
    return true;
  } finally {
    if (ownFile(fresh) !== undefined) rmSync(fresh);
  }
}

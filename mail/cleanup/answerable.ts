import { join } from 'node:path';
import { mailboxNames } from '../mailbox-names.js';
import { ownFolder } from '../own-file.js';
import { isTombstone } from '../tombstone.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { fateOf, ofJournal } from './done.js';
import { entriesOf } from './entries.js';
import type { Scene } from './scene.js';

/**
 * Which of these messages still wait somewhere, or were seen and stay as they are. By whichever name
 * their agent bears now: only names of files are compared.
 */
export async function answerableIds(
  scene: Scene,
  wanted: ReadonlySet<string>,
): Promise<Set<string>> {
  const found = new Set<string>();
  if (wanted.size === 0) return found;
  for (const name of mailboxNames(scene.root)) {
    const paths = mailboxPaths(scene.root, name);
    if (ownFolder(paths.dir) === undefined) continue;
    const takenBack = ofJournal(paths);
    for (const folder of ['inbox', 'done'] as const) {
      for await (const file of entriesOf(paths[folder])) {
        await scene.breathe();
        const id = file.endsWith('.json') ? file.slice(0, -'.json'.length) : '';
        if (!wanted.has(id)) continue;
        const goes = (): boolean =>
          isTombstone(join(paths.done, file)) || fateOf(scene, paths, id, takenBack) !== undefined;
        if (folder === 'inbox' || !goes()) found.add(id);
      }
    }
  }
  return found;
}

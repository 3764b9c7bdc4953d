import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ownFile, ownFolder } from '../own-file.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import type { Item, Scene } from './scene.js';

/** maildir(5): what has not moved on after 36 hours was left by a writer that died. */
const ABANDONED_MS = 36 * 60 * 60 * 1000;

/** What is to become a key, the list of former ones, or one of the user's own files. */
const DRAFT =
  /^(?:secret\.key|secret\.key\.former\.json|(?:rules|trust|format)\.json)\.[0-9a-f-]{36}\.tmp$/;

/** Files in `tmp/` that were never delivered. They go after 36 hours, however long the rest is kept. */
export async function* abandonedItems(scene: Scene, name: string): AsyncGenerator<Item> {
  const { dir, tmp } = mailboxPaths(scene.root, name);
  if (ownFolder(dir) === undefined) return;
  yield* itemsIn(scene, tmp, () => true, 'was never delivered');
}

/** The same of what was never put in its place in the root: nobody shall find a former key there. */
export function abandonedDraftItems(scene: Scene): AsyncGenerator<Item> {
  return itemsIn(scene, scene.root, (file) => DRAFT.test(file), 'was never put in its place');
}

async function* itemsIn(
  scene: Scene,
  folder: string,
  isOurs: (file: string) => boolean,
  what: string,
): AsyncGenerator<Item> {
  for await (const file of entriesOf(folder)) {
    await scene.breathe();
    const path = join(folder, file);
    const bytes = isOurs(file) ? abandonedBytes(scene, path) : undefined;
    if (bytes === undefined) continue;
    yield {
      kind: 'tmp',
      path: relative(scene.root, path),
      bytes,
      why: `${what}; its writer left it 36 hours ago or more`,
      remove: () => {
        if (abandonedBytes(scene, path) === undefined) return false;
        rmSync(path);
        return true;
      },
    };
  }
}

/** @returns undefined for what may still be written */
export function abandonedBytes({ now }: Scene, path: string): number | undefined {
  const stats = ownFile(path);
  return stats !== undefined && now - stats.mtimeMs > ABANDONED_MS ? stats.size : undefined;
}

import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ownEntry, ownFile, ownFolder } from '../own-file.js';
import { rootPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import { isOver, spanOf, type Item, type Scene } from './scene.js';

/** The names that reject.ts gives: time, mailbox (also of the older form) and 8 hex digits. */
const STEM =
  /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-(?:[a-z0-9][a-z0-9-]{0,30}-)?to-[a-z0-9][a-z0-9-]*-[0-9a-f]{8})\.(?:rejected|reason\.json)$/;

/** What was refused, with the reason beside it; or one of the two, which a crash has left alone. */
export async function* rejectedItems(scene: Scene): AsyncGenerator<Item> {
  const { rejected } = rootPaths(scene.root);
  const stems = new Set<string>();
  for await (const file of entriesOf(rejected)) {
    await scene.breathe();
    const stem = STEM.exec(file)?.[1];
    if (stem !== undefined) stems.add(stem);
  }
  for (const stem of stems) {
    await scene.breathe();
    const path = join(rejected, `${stem}.rejected`);
    const reason = join(rejected, `${stem}.reason.json`);
    const bytes = bytesOf(scene, path, reason);
    if (bytes === undefined) continue;
    yield {
      kind: 'rejected',
      path: relative(scene.root, path),
      bytes,
      why: `refused more than ${spanOf(scene.keepMs)} ago`,
      remove: () => {
        if (bytesOf(scene, path, reason) === undefined) return false;
        // The reason last: whoever finds the file finds out why.
        removeEntry(path);
        if (ownFile(reason) !== undefined) unlinkSync(reason);
        return true;
      },
    };
  }
}

/** @returns undefined for a pair that stays */
function bytesOf(scene: Scene, path: string, reason: string): number | undefined {
  const entries = [ownEntry(path), ownEntry(reason)].flatMap((stats) => stats ?? []);
  // Both times are those of the refusal: renaming sets the one, writing the other.
  if (entries.length === 0 || entries.some(({ ctimeMs }) => !isOver(scene, ctimeMs))) {
    return undefined;
  }
  // A folder was refused as a whole; what somebody keeps in it is not known to be ours.
  if (ownFolder(path) !== undefined && readdirSync(path).length > 0) return undefined;
  return entries.reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}

/** A link or a FIFO goes itself; it is not followed or opened. */
function removeEntry(path: string): void {
  const stats = ownEntry(path);
  if (stats?.isDirectory() === true) rmdirSync(path);
  else if (stats !== undefined) unlinkSync(path);
}

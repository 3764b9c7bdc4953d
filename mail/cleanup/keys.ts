import { join } from 'node:path';
import type { FormerKey } from '../key-files.js';
import type { Keyring } from '../keyring.js';
import { legacyMailboxes } from '../legacy.js';
import { mailboxNames } from '../mailbox-names.js';
import { ownFile, ownFolder } from '../own-file.js';
import { taskFolder, taskIds } from '../tasks/paths.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import { isOver, type Item, type Scene, type Source } from './scene.js';

/** Former keys that nothing needs any more: no message that waits or is kept, and no task. */
export function keyItems(keys: Keyring): Source {
  return async function* (scene: Scene): AsyncGenerator<Item> {
    const mayGo = (key: FormerKey): boolean => {
      const isPast = key.until === null || Date.parse(key.until) <= scene.now;
      return isPast && isOver(scene, Date.parse(key.retiredAt));
    };
    const old = keys.former().filter(mayGo);
    if (old.length === 0) return;
    const oldest = await oldestText(scene);
    for (const key of old) {
      // What was written before may be signed or encrypted with it.
      if (oldest <= Date.parse(key.retiredAt)) continue;
      yield {
        kind: 'key',
        path: 'secret.key.former.json',
        bytes: Buffer.byteLength(JSON.stringify(key)),
        why: `replaced at ${key.retiredAt}; no text is as old`,
        remove: () => keys.forget((other) => other.key === key.key && mayGo(other)) > 0,
      };
    }
  };
}

/** Epoch milliseconds at which the oldest message or event of a task that is there was written. */
async function oldestText({ root, breathe }: Scene): Promise<number> {
  let oldest = Infinity;
  const folders = mailboxNames(root).flatMap((name) => {
    const { dir, inbox, done, tmp } = mailboxPaths(root, name);
    return ownFolder(dir) === undefined ? [] : [inbox, done, tmp];
  });
  const former = legacyMailboxes(root).map(({ inbox }) => inbox);
  // The title of a task is written once, and may be needed for as long as nobody ends it.
  const tasks = taskIds(root).map((id) => taskFolder(root, id));
  for (const folder of [...folders, ...former, ...tasks]) {
    for await (const file of entriesOf(folder)) {
      await breathe();
      oldest = Math.min(oldest, ownFile(join(folder, file))?.mtimeMs ?? Infinity);
    }
  }
  return oldest;
}

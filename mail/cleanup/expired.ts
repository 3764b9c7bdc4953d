import { join, relative } from 'node:path';
import { isReplay } from '../admit.js';
import { deliverMessage } from '../deliver.js';
import type { Registry } from '../directory.js';
import { isLeftToOwner, noticeOfExpiry } from '../expiry.js';
import { inspectFile } from '../inspect.js';
import { mailboxNames } from '../mailbox-names.js';
import { ownFolder } from '../own-file.js';
import { expireFile } from '../settle.js';
import { encodeMessage, expiresAt, type Message } from '../../protocol/envelope.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import type { Item, Scene, Source } from './scene.js';
import { isAnythingAt } from '../../protocol/anything-at.js';

/** How notices are written where no daemon does it. */
export interface Notices {
  registry: Registry;
  /** Of a notice, seconds. */
  ttl: number;
  /** The notice in the form in which it is written: signed, where there is a key. */
  seal: (notice: Message) => Message;
}

/** Messages whose time is up: they move to `done/`, and their sender is told, once. */
export function expiredItems({ registry, ttl, seal }: Notices): Source {
  return async function* (scene: Scene): AsyncGenerator<Item> {
    for (const name of mailboxNames(scene.root)) {
      const paths = mailboxPaths(scene.root, name);
      if (ownFolder(paths.dir) === undefined) continue;
      if (scene.isAttached(name) || isLeftToOwner(scene.root, name, undefined, scene.now)) continue;
      for await (const file of entriesOf(paths.inbox)) {
        await scene.breathe();
        const path = join(paths.inbox, file);
        const due = dueMessage(scene, path, file);
        // Of a replay the first one has ended already; a daemon rejects it.
        if (due === undefined || isReplay(paths, due.id)) continue;
        yield {
          kind: 'expired',
          path: relative(scene.root, path),
          bytes: 0, // it is moved
          why: 'its ttl has passed',
          remove: async () => {
            const message = dueMessage(scene, path, file);
            if (message === undefined || isReplay(paths, message.id)) return false;
            // First the notice: after a crash in between it is written again, that is, once.
            const notice = noticeOfExpiry(registry, name, message, ttl);
            if (notice !== undefined) await tell(scene.root, seal(notice));
            if (dueMessage(scene, path, file) === undefined) return false;
            expireFile(paths, message.id);
            return true;
          },
        };
      }
    }
  };
}

/** Undefined for what is no message, was not taken in yet, or still has time. */
function dueMessage({ now }: Scene, path: string, file: string): Message | undefined {
  if (!file.endsWith('.json') || file.startsWith('.')) return undefined;
  const verdict = inspectFile(path, file);
  if (verdict.kind !== 'message' || file !== `${verdict.message.id}.json`) return undefined;
  return expiresAt(verdict.message) <= now ? verdict.message : undefined;
}

async function tell(root: string, notice: Message): Promise<void> {
  const paths = mailboxPaths(root, notice.to);
  // Told before, and seen: it is not told twice.
  if (isAnythingAt(join(paths.done, `${notice.id}.json`))) return;
  await deliverMessage(paths, notice.id, encodeMessage(notice));
}

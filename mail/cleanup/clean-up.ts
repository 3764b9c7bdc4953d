import { join } from 'node:path';
import { mailboxNames } from '../mailbox-names.js';
import { isOriginals } from '../original.js';
import type { CleanupReport } from '../../protocol/cleanup-report.js';
import { storeError } from '../../protocol/errors.js';
import { abandonedItems, abandonedDraftItems } from './abandoned.js';
import { agentItems } from './agents.js';
import { doneItems, receiptItems } from './done.js';
import { journalItems } from './journals.js';
import { rejectedItems } from './rejected.js';
import type { Item, Scene, Source } from './scene.js';
import { taskItems } from './tasks.js';
import { Tally } from './tally.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface CleanupOrder extends Omit<Scene, 'keepMs' | 'now'> {
  /** Days that what has ended is kept; 0: for ever. */
  keepDays: number;
  /** List only. */
  dryRun: boolean;
  /** What else may go, beside mailboxes, agents and what was refused; comes first. */
  sources?: readonly Source[];
  now?: number;
  /** Ends it between two steps. */
  signal?: AbortSignal;
}

/**
 * Removes what has ended and been kept long enough, one thing after the other; each is looked at again
 * right before it goes, so it may be stopped, killed and repeated at any point.
 */
export async function cleanUp(order: CleanupOrder): Promise<CleanupReport> {
  const { keepDays, dryRun, sources = [], now = Date.now(), signal } = order;
  const scene: Scene = { ...order, now, keepMs: keepDays === 0 ? Infinity : keepDays * DAY_MS };
  const tally = new Tally();
  const problem = (item: string, error: unknown): void => {
    tally.fail(storeError('clean up', join(scene.root, item), error).message);
  };
  for (const source of [...sources, ...sourcesIn(scene)]) {
    try {
      for await (const item of source(scene)) {
        if (signal?.aborted === true) return tally.report(dryRun, keepDays);
        try {
          if (dryRun || (await item.remove())) tally.add(item);
        } catch (error) {
          problem(item.path, error); // the next one may go nevertheless
        }
        await scene.breathe();
      }
    } catch (error) {
      problem('', error); // a folder that cannot be listed must not keep the others from it
    }
  }
  return tally.report(dryRun, keepDays);
}

/**
 * Agents come last: they go when all that was theirs has gone. The mailbox of an original server that
 * lives is its own business, all of it.
 */
function* sourcesIn({ root }: Scene): Generator<Source> {
  const perMailbox: ((scene: Scene, name: string) => AsyncIterable<Item>)[] = [
    abandonedItems,
    doneItems,
    receiptItems,
    journalItems,
  ];
  for (const name of mailboxNames(root)) {
    for (const itemsOf of perMailbox) {
      yield async function* (scene) {
        if (isOriginals(root, name, scene.now)) return;
        for await (const item of itemsOf(scene, name)) {
          const remove = (): boolean | Promise<boolean> =>
            !isOriginals(root, name, scene.now) && item.remove();
          yield { ...item, remove };
        }
      };
    }
  }
  yield abandonedDraftItems;
  yield rejectedItems;
  yield taskItems;
  yield agentItems;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../mail/delivery.js';
import type { MailboxPaths } from '../protocol/paths.js';
import type { Journal } from './journal.js';
import type { Log } from './log.js';
import { takeBackLost, type PassedOn } from './lost-results.js';
import { completeReceipt, withdrawReceipt } from '../mail/receipts.js';
import { settleFile, unsettleFile } from '../mail/settle.js';

/** What a journal tells of a mailbox. */
interface Recovered {
  /** What has not ended, by message id. */
  past: Map<string, Delivery>;
  /** Ids of what counted as seen, and waits again: see {@link takeBackLost}. */
  lost: string[];
}

/**
 * Finishes what a daemon before us had noted in a mailbox's journal and not done.
 *
 * @param passedOn by the shim of the agent that attaches
 */
export function recover(
  paths: MailboxPaths,
  journal: Journal,
  log: Log,
  passedOn?: PassedOn,
): Recovered {
  const past = journal.read();
  const lines = passedOn === undefined ? [] : takeBackLost(past, passedOn);
  for (const { id, ...event } of lines) journal.note(id, event);
  journal.flush(); // before the files are moved
  for (const [id, delivery] of past) {
    try {
      finish(paths, id, delivery);
    } catch (error) {
      log.error({ err: error, id }, 'cannot finish what was begun');
    }
    const { name } = delivery.state;
    if (name === 'seen' || name === 'expired') past.delete(id);
  }
  journal.compact((id) => isIn(paths.inbox, id));
  return { past, lost: lines.map(({ id }) => id) };
}

function finish(paths: MailboxPaths, id: string, { state, history }: Delivery): void {
  // What lies in done/ as well is a replay, which must not take its place.
  const waits = isIn(paths.inbox, id) && !isIn(paths.done, id);
  if (state.name === 'seen') {
    const { evidence } = state;
    if (waits) settleFile(paths, id, { state: 'seen', evidence });
    else completeReceipt(paths, id, evidence);
  } else if (state.name === 'expired') {
    if (waits) settleFile(paths, id, { state: 'expired' });
  } else if (history.at(-1)?.event === 'dropped') {
    // Nobody has seen it after all.
    if (!isIn(paths.inbox, id) && isIn(paths.done, id)) unsettleFile(paths, id);
    if (isIn(paths.inbox, id)) withdrawReceipt(paths, id);
  }
}

function isIn(folder: string, id: string): boolean {
  return existsSync(join(folder, `${id}.json`));
}

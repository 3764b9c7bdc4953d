import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../mail/delivery.js';
import type { MailboxPaths } from '../protocol/paths.js';
import type { Journal } from './journal.js';
import type { Log } from './log.js';
import { completeReceipt } from '../mail/receipts.js';
import { settleFile, unsettleFile } from '../mail/settle.js';

/**
 * Finishes what a daemon before us had noted in a mailbox's journal and not done.
 *
 * @returns what else the journal tells, by message id
 */
export function recover(paths: MailboxPaths, journal: Journal, log: Log): Map<string, Delivery> {
  const past = journal.read();
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
  return past;
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
  }
}

function isIn(folder: string, id: string): boolean {
  return existsSync(join(folder, `${id}.json`));
}

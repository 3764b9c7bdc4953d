import { Cc2ccError, storeError } from '../protocol/errors.js';
import { mailboxPaths } from '../protocol/paths.js';
import { appendJournal, readJournal, type Evidence } from './delivery.js';
import { messageFiles } from './directory.js';
import { isOriginals } from './original.js';
import { writeReceipts } from './receipts.js';
import { settleFile } from './settle.js';

/**
 * Notes that messages were seen, and moves them to `done/`; for a mailbox that no session reads.
 * What is not in the inbox is passed over. An original server takes its mail itself: of an answer in
 * its name nothing is noted.
 *
 * @returns how many were moved
 * @throws Cc2ccError E_NAME where what a command showed is the mail of an original server,
 *   E_STORE where it cannot be noted
 */
export function markSeen(
  root: string,
  name: string,
  ids: readonly string[],
  evidence: Evidence,
): number {
  const paths = mailboxPaths(root, name);
  if (isOriginals(root, name)) {
    if (evidence === 'reply') return 0;
    throw new Cc2ccError('E_NAME', `${name} is attached: an original cc2cc server gets its mail.`, {
      hint: `To look without taking it: cc2cc receive ${name} --peek`,
    });
  }
  const inbox = new Set(messageFiles(root, name));
  const mine = ids.filter((id) => inbox.has(`${id}.json`));
  if (mine.length === 0) return 0;
  const at = new Date().toISOString();
  // The journal first: a crash in between leaves a file in the inbox that is known to be seen.
  try {
    const known = readJournal(paths.journal);
    const news = mine.filter((id) => known.get(id)?.state.name !== 'seen');
    if (news.length > 0) {
      const how = { at, event: 'seen' as const, evidence };
      appendJournal(
        paths.journal,
        news.map((id) => ({ id, ...how })),
      );
    }
  } catch (error) {
    const { message } = storeError('note what was seen', paths.journal, error);
    const hint = 'It goes on waiting, and will be shown again.';
    throw new Cc2ccError('E_STORE', message, { hint, cause: error });
  }
  for (const id of mine) settleFile(paths, id, { state: 'seen', evidence });
  writeReceipts();
  return mine.length;
}

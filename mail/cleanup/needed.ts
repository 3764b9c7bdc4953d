import { join } from 'node:path';
import { readCard } from '../card.js';
import { legacyMailboxes } from '../legacy.js';
import { mailboxNames } from '../mailbox-names.js';
import { ownFolder, readOwnJson } from '../own-file.js';
import { isRecord } from '../../protocol/json.js';
import { isName } from '../../protocol/names.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import type { Scene } from './scene.js';

/**
 * Names that somebody will ask for: for whom mail waits, and from whom, since a sender is told when
 * its message expires. With each one the names that its agent has had since.
 */
export async function neededNames({ root, breathe }: Scene): Promise<Set<string>> {
  const names = new Set<string>();
  const inboxes = mailboxNames(root).flatMap((name) => {
    const { dir, inbox } = mailboxPaths(root, name);
    return ownFolder(dir) === undefined ? [] : [{ inbox, recipients: [name] }];
  });
  const former = legacyMailboxes(root).map((one) => ({ ...one, recipients: one.names }));
  for (const { inbox, recipients } of [...inboxes, ...former]) {
    for await (const file of entriesOf(inbox)) {
      await breathe();
      for (const name of recipients) names.add(name);
      const message = readOwnJson(join(inbox, file));
      if (isRecord(message) && isName(message['from'])) names.add(message['from']);
    }
  }
  // A name is added once, so cards that point in a circle come to an end.
  for (const name of names) {
    const next = readCard(root, name)?.renamed_to;
    if (next !== undefined) names.add(next);
  }
  return names;
}

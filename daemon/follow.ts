import { existsSync } from 'node:fs';
import { mailboxPaths } from '../protocol/paths.js';
import { cardNames, readCard } from '../mail/card.js';
import { currentName } from '../mail/directory.js';
import { isOriginals } from '../mail/original.js';
import type { Office } from './office.js';
import { moveMail } from '../mail/move-mail.js';

/**
 * Moves files that were dropped for a name which its agent no longer bears. Senders that go through
 * the daemon are redirected at once; those that only know the folder are served here, now and then.
 */
export function followRenames(office: Office): void {
  for (const old of cardNames(office.root)) {
    const paths = mailboxPaths(office.root, old);
    if (!existsSync(paths.inbox) || readCard(office.root, old)?.renamed_to === undefined) continue;
    const name = currentName(office, old);
    const session = office.agent(name);
    if (name === old || session === undefined) continue;
    if (isOriginals(office.root, old)) continue; // somebody else bears it now
    moveMail(paths, mailboxPaths(office.root, name));
    office.inboxes.look(session);
    office.log.info({ from: old, to: name }, 'mail for a former name moved');
  }
}

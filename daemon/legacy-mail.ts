import { join } from 'node:path';
import { legacyMailboxes, takeLegacy, type LegacyMailbox } from '../mail/legacy.js';
import { rootPaths } from '../protocol/paths.js';
import type { Office } from './office.js';
import type { Registration, Session } from './session.js';

/** Brings mail of the original's older form, `<from>-to-<name>/inbox`, to agents that are attached. */
export class LegacyMail {
  readonly #office: Office;
  /** Files that can neither be let in nor moved away; not tried in every round. */
  readonly #stuck = new Set<string>();

  constructor(office: Office) {
    this.#office = office;
  }

  /** Moves what lies there for these sessions into their inboxes, and looks into those. */
  fetch(sessions: Iterable<Session> = this.#office.sessions): void {
    const mailboxes = legacyMailboxes(this.#office.root);
    if (mailboxes.length === 0) return;
    for (const session of sessions) {
      const { agent } = session;
      if (agent === undefined) continue;
      const mine = mailboxes.filter(({ names }) => names.includes(agent.name));
      const moved = mine.map((mailbox) => this.#take(mailbox, agent));
      // At once: otherwise the round's own scan would take them for files that rang no bell.
      if (moved.some((count) => count > 0)) this.#office.inboxes.look(session);
    }
  }

  /** What goes wrong in one of them is logged: it must not keep the others from being read. */
  #take(mailbox: LegacyMailbox, { name, mailbox: own }: Registration): number {
    const { root, gate, log } = this.#office;
    const { rejected } = rootPaths(root);
    const isStuck = (path: string): boolean => this.#stuck.has(path);
    try {
      const { moved, refused } = takeLegacy(mailbox, name, own.paths, gate, rejected, isStuck);
      for (const { file, reason, error } of refused) {
        if (error === undefined) log.warn({ mailbox: mailbox.dir, reason }, 'file rejected');
        else {
          this.#stuck.add(join(mailbox.inbox, file));
          log.error({ err: error, mailbox: mailbox.dir, reason }, 'file cannot be rejected');
        }
      }
      if (moved > 0)
        log.info({ mailbox: mailbox.dir, name, moved }, 'mail of the older form taken');
      return moved;
    } catch (error) {
      log.error({ err: error, mailbox: mailbox.dir }, 'mail of the older form cannot be taken');
      return 0;
    }
  }
}

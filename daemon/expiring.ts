import { join } from 'node:path';
import type { Entry } from './entry.js';
import type { Mailbox } from './mailbox.js';

/**
 * Messages whose senders are being told that they have expired, which takes as long as the disk does.
 * What they are told shall stay true, also for a session that attaches in that time.
 */
export class Expiring {
  /** By the path of the file, whose mailbox it is in, if anybody is there. */
  readonly #mailboxes = new Map<string, Mailbox | undefined>();

  /**
   * @param mailbox of the agent that is attached
   * @returns false for a message that is on its way to the model right now, or seen
   */
  begin(path: string, id: string, mailbox: Mailbox | undefined): boolean {
    const entry = mailbox?.get(id);
    if (entry?.taken === true) return false;
    if (entry !== undefined) entry.taken = true;
    this.#mailboxes.set(path, mailbox);
    return true;
  }

  /** A mailbox has read a message; called before anybody can be given it. */
  takenIn(mailbox: Mailbox, entry: Entry): void {
    const path = join(mailbox.paths.inbox, `${entry.id}.json`);
    if (!this.#mailboxes.has(path) || entry.taken) return;
    entry.taken = true;
    this.#mailboxes.set(path, mailbox);
  }

  /** Whose mailbox it is in by now, under whatever name. */
  holder(path: string): Mailbox | undefined {
    return this.#mailboxes.get(path);
  }

  end(path: string): void {
    this.#mailboxes.delete(path);
  }
}

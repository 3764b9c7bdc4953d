import { join } from 'node:path';
import { createMessage, expiresAt, type Message } from '../protocol/envelope.js';
import { derivedMessageId } from '../protocol/ids.js';
import { mailboxNames } from '../mail/mailbox-names.js';
import { mailboxPaths } from '../protocol/paths.js';
import { currentName, isKnown, messageFiles } from '../mail/directory.js';
import { inspectFile } from '../mail/inspect.js';
import type { Office } from './office.js';
import { post } from './post.js';
import { expireFile } from '../mail/settle.js';

/**
 * Looks through all mailboxes for messages whose time is up: they move to `done/` and their sender is
 * told once. Knows when each waiting file expires, so a file is read once and not at every sweep.
 */
export class Expiry {
  #office: Office;
  /** Path → epoch milliseconds. */
  #due = new Map<string, number>();

  constructor(office: Office) {
    this.#office = office;
  }

  async sweep(now = Date.now()): Promise<void> {
    const seen = new Map<string, number>();
    for (const name of mailboxNames(this.#office.root)) {
      const { inbox } = mailboxPaths(this.#office.root, name);
      for (const file of messageFiles(this.#office.root, name)) {
        const path = join(inbox, file);
        const due = this.#due.get(path) ?? dueTime(path, file);
        if (due === undefined) continue;
        if (due <= now) await this.#expire(name, path, file);
        else seen.set(path, due);
      }
    }
    this.#due = seen; // files that are gone are forgotten
  }

  async #expire(name: string, path: string, file: string): Promise<void> {
    const verdict = inspectFile(path, file);
    if (verdict.kind !== 'message') return;
    const { message } = verdict;
    if (file !== `${message.id}.json`) return; // not taken in yet
    const session = this.#office.agent(name);
    if (session !== undefined) this.#office.evidence.collect(session);
    const mailbox = session?.agent?.mailbox;
    const entry = mailbox?.entries.get(message.id);
    if (entry?.taken === true) return; // on its way to the model right now, or seen
    if (entry !== undefined) entry.taken = true; // what its sender is told shall stay true
    try {
      // First the notice, whose id follows from the message's: after a crash in between it is
      // written again under the same name, that is, once.
      await this.#tell(name, message);
      if (mailbox === undefined) expireFile(mailboxPaths(this.#office.root, name), message.id);
      else await mailbox.settle(message.id, { state: 'expired' });
      this.#office.log.info(
        { id: message.id, from: message.from, to: name, ttl: message.ttl },
        'expired',
      );
    } catch (error) {
      if (entry !== undefined) entry.taken = false;
      this.#office.log.error({ err: error, id: message.id }, 'cannot expire a message');
    }
  }

  async #tell(name: string, message: Message): Promise<void> {
    // A notice about a notice would never end, and a stranger's `from` must not create a mailbox.
    if (message.identity?.['mode'] === 'daemon') return;
    const to = currentName(this.#office, message.from);
    if (to === name || !isKnown(this.#office, to)) return;
    const at = expiresAt(message);
    await post(
      this.#office,
      createMessage({
        id: derivedMessageId([Math.max(0, Math.floor(at)), 0], 'expired', message.id),
        from: name,
        to,
        text: `Your message ${message.id} to ${name} expired without a sign that it was seen (ttl ${message.ttl} s).`,
        type: 'status',
        replyTo: message.id,
        ttl: this.#office.config.ttl,
        mode: 'daemon',
      }),
    );
  }
}

/** Undefined for what is no message (yet): an attach looks at it and rejects it. */
function dueTime(path: string, file: string): number | undefined {
  const verdict = inspectFile(path, file);
  return verdict.kind === 'message' ? expiresAt(verdict.message) : undefined;
}

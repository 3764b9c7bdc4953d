import { hangDoorbell, type Doorbell } from './doorbell.js';
import type { Log } from './log.js';
import { AGAIN_MS, type Mailbox } from './mailbox.js';
import type { Session } from './session.js';

/** Looks into the inboxes of attached sessions when somebody rings, and offers what is new. */
export class InboxWatch {
  lastScan: Date | undefined;
  /** Messages that a round found although no event had rung. */
  missed = 0;
  #log: Log;
  /** Sessions whose inbox is looked at again soon; one timer each, however often it is asked for. */
  #again = new Set<Session>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Reads what is new in a session's inbox and offers it. */
  look(session: Session, names?: ReadonlySet<string>): number {
    const mailbox = session.agent?.mailbox;
    if (mailbox === undefined || session.ended) return 0;
    const { fresh, again } = mailbox.scan(names);
    if (names === undefined) session.agent?.doorbell.check();
    this.lastScan = new Date();
    if (fresh.length > 0) session.offer();
    for (const entry of fresh) {
      if (entry.committed === undefined) entry.message = undefined; // the file has it
    }
    if (again) this.#lookAgain(session);
    return fresh.length;
  }

  /**
   * A look that nobody asked for and nobody could be told of: what goes wrong is logged, and the
   * rounds look again.
   */
  glance(session: Session, names?: ReadonlySet<string>): void {
    try {
      this.look(session, names);
    } catch (error) {
      this.#log.error({ err: error, name: session.agent?.name }, 'cannot look into an inbox');
    }
  }

  #lookAgain(session: Session): void {
    if (this.#again.has(session)) return;
    this.#again.add(session);
    setTimeout(() => {
      this.#again.delete(session);
      this.glance(session);
    }, AGAIN_MS).unref();
  }

  /** Rings for a session's inbox from now on. */
  hang(session: Session, mailbox: Mailbox): Doorbell {
    return hangDoorbell(
      mailbox.paths.inbox,
      (names) => {
        this.glance(session, names);
      },
      this.#log,
    );
  }
}

import { setImmediate as turn } from 'node:timers/promises';
import { hangDoorbell, type Doorbell } from './doorbell.js';
import type { Log } from './log.js';
import type { Scan } from './inbox-reader.js';
import type { Mailbox } from './mailbox.js';
import type { Session } from './session.js';

/** A file may be on its way in; look again after so long. */
const AGAIN_MS = 500;

/** Looks into the inboxes of attached sessions when somebody rings, and offers what is new. */
export class InboxWatch {
  lastScan: Date | undefined;
  /** Messages that a round found although no event had rung. */
  missed = 0;
  #log: Log;
  /** Sessions whose inbox is looked at again soon; one timer each, however often it is asked for. */
  #again = new Set<Session>();
  /** Sessions in whose inbox very much waits, which is read bit by bit. */
  #reading = new Set<Session>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Reads what is new in a session's inbox and offers it. */
  look(session: Session, names?: ReadonlySet<string>): number {
    const mailbox = session.agent?.mailbox;
    if (mailbox === undefined || session.ended) return 0;
    const scan = mailbox.scan(names);
    if (names === undefined) session.agent?.doorbell.check();
    if (scan.fresh.length > 0) session.offer();
    this.#after(session, scan);
    if (mailbox.unread > 0) this.#readOn(session, mailbox);
    return scan.fresh.length;
  }

  /** The same for who wants to be shown something: where very much waits, until there is something. */
  async lookFor(session: Session): Promise<void> {
    this.look(session);
    const { mailbox } = session.agent ?? {};
    const isFound = (): boolean => mailbox?.waiting().length !== 0;
    while (this.#reading.has(session) && !isFound()) await turn();
  }

  /** Reads the rest of very much, while others have their turn in between. */
  #readOn(session: Session, mailbox: Mailbox): void {
    if (this.#reading.has(session)) return;
    this.#reading.add(session);
    let found = 0;
    // An offer looks at all that is there: when twice as much is there, and at the end.
    let worthwhile = mailbox.entries.size;
    const read = (): void => {
      if (session.ended) return this.#endReading(session);
      const scan = mailbox.readOn();
      this.#after(session, scan);
      found += scan.fresh.length;
      if (mailbox.unread === 0 || found >= worthwhile) {
        worthwhile += found;
        found = 0;
        session.offer();
      }
      if (mailbox.unread > 0) next();
      else this.#endReading(session);
    };
    const next = (): void => {
      setImmediate(() => {
        try {
          read();
        } catch (error) {
          this.#endReading(session); // the rounds look again
          this.#logFailure(session, error);
        }
      });
    };
    next();
  }

  #endReading(session: Session): void {
    this.#reading.delete(session);
  }

  #after(session: Session, { fresh, again }: Scan): void {
    this.lastScan = new Date();
    for (const entry of fresh) {
      if (entry.committed === undefined) entry.message = undefined; // the file has it
    }
    if (again) this.#lookAgain(session);
  }

  /**
   * For rounds: reads a session's inbox only where something has come or gone.
   *
   * @param isShared other hosts deliver here, whose changes a network drive may show late
   */
  lookOver(session: Session, isShared: boolean): number {
    const mailbox = session.agent?.mailbox;
    const isUpToDate = mailbox?.isScanned === true || this.#reading.has(session);
    if (isShared || !isUpToDate) return this.look(session);
    mailbox?.tend();
    this.lastScan = new Date();
    return 0;
  }

  /**
   * A look that nobody asked for and nobody could be told of: what goes wrong is logged, and the
   * rounds look again.
   */
  glance(session: Session, names?: ReadonlySet<string>): void {
    try {
      this.look(session, names);
    } catch (error) {
      this.#logFailure(session, error);
    }
  }

  #logFailure(session: Session, error: unknown): void {
    this.#log.error({ err: error, name: session.agent?.name }, 'cannot look into an inbox');
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

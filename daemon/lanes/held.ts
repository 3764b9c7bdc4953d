import type { Entry } from '../entry.js';
import type { Session } from '../session.js';
import { heldNotice, type Push } from './compose.js';

/** "12 more messages wait" is said again at most this often. */
const HELD_NOTICE_MS = 10_000;

/** What became of a notice. `later`: the lane is not free, and whoever waits for it tells again. */
export type Said = 'said' | 'later' | 'failed';

/** Messages that a lane does not bring in full: the session is told that they wait, and how to read them. */
export class Held {
  readonly #session: Session;
  readonly #say: (notice: Push) => Said | Promise<Said>;
  #timer: NodeJS.Timeout | undefined;
  /** On a clock that nobody sets. */
  #told = -Infinity;
  #unsaid = false;
  #saying = false;

  constructor(session: Session, say: (notice: Push) => Said | Promise<Said>) {
    this.#session = session;
    this.#say = say;
  }

  /** Holds entries back and says so, now or when it was not said lately. */
  hold(entries: readonly Entry[]): void {
    if (entries.some(({ held }) => !held)) this.#unsaid = true;
    for (const entry of entries) entry.held = true;
    this.#tell();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#unsaid = false;
  }

  #tell(): void {
    if (!this.#unsaid || this.#saying || this.#timer !== undefined) return;
    const delay = Math.max(0, this.#told + HELD_NOTICE_MS - performance.now());
    // In a turn of its own also without a delay: what comes in this one is counted too.
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#tellNow();
    }, delay);
  }

  async #tellNow(): Promise<void> {
    const mailbox = this.#session.agent?.mailbox;
    const waiting = mailbox?.waiting().filter((entry) => this.#session.mayWake(entry)) ?? [];
    const held = waiting.filter((entry) => entry.held);
    const [first] = held;
    if (mailbox === undefined || first === undefined) {
      this.#unsaid = false;
      return;
    }
    this.#saying = true;
    const { unread } = mailbox;
    mailbox.nameUnread(true);
    // What was read since the last offer is held by the next one, as the rest of what is unread.
    const count = unread === 0 ? held.length : waiting.length;
    const said = await this.#say(heldNotice(count, mailbox.read(first), unread));
    this.#saying = false;
    if (said !== 'said') mailbox.nameUnread(false);
    if (said === 'later') return;
    this.#unsaid = false;
    if (said === 'said') this.#told = performance.now();
    // Another lane may bring them, or say so.
    else for (const entry of held) entry.held = false;
  }
}

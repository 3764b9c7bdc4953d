import type { Message } from '../protocol/envelope.js';
import type { Entry } from './entry.js';
import type { Mailbox } from './mailbox.js';

type Test = (message: Message) => boolean;

/** Which messages a tool call waits for. */
export interface Matches {
  /** Of those that nobody has been handed yet, now or later. */
  waiting: Test;
  /**
   * Of those that were pushed without a sign that they were seen: while a tool call blocks, the client
   * holds back what is pushed.
   */
  pushed: Test;
}

interface Waiter {
  matches: Matches;
  resolve: (entries: Entry[]) => void;
}

/** Tool calls of one session that block until a message comes. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /**
   * Waits for messages that match, those that are there already and those that come. The entries are
   * set aside for the caller, who must take them or give them back.
   *
   * @param signal ends the waiting with nothing
   */
  wait(mailbox: Mailbox, matches: Matches, signal: AbortSignal): Promise<Entry[]> {
    const entries = matching(mailbox, matches);
    if (entries.length > 0 || signal.aborted) return Promise.resolve(entries);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        matches,
        resolve: (result) => {
          signal.removeEventListener('abort', abort);
          this.#waiting.delete(waiter);
          resolve(result);
        },
      };
      const abort = (): void => {
        waiter.resolve([]);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  /**
   * New messages have come, or a push has ended: those that are waited for go there, and what was not
   * pushed is not pushed any more.
   */
  serve(mailbox: Mailbox): void {
    for (const waiter of this.#waiting) {
      const entries = matching(mailbox, waiter.matches);
      if (entries.length > 0) waiter.resolve(entries);
    }
  }
}

/** Sets aside what matches. */
function matching(mailbox: Mailbox, { pushed, waiting }: Matches): Entry[] {
  const fits = (entry: Entry, test: Test): boolean => {
    const message = entry.taken ? undefined : mailbox.read(entry);
    return message !== undefined && test(message);
  };
  const entries = [
    ...mailbox.unconfirmed().filter((entry) => fits(entry, pushed)),
    ...mailbox.waiting().filter((entry) => fits(entry, waiting)),
  ];
  for (const entry of entries) entry.taken = true;
  return entries;
}

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
    const entries = [
      ...found(mailbox.unconfirmed(), mailbox, matches.pushed),
      ...found(mailbox.waiting(), mailbox, matches.waiting),
    ];
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

  /** New messages have come: those that are waited for go there and are not pushed. */
  serve(mailbox: Mailbox): void {
    for (const waiter of this.#waiting) {
      const entries = found(mailbox.waiting(), mailbox, waiter.matches.waiting);
      if (entries.length > 0) waiter.resolve(entries);
    }
  }
}

/** Sets aside what matches. */
function found(entries: readonly Entry[], mailbox: Mailbox, matches: Test): Entry[] {
  const matching = entries.filter((entry) => {
    if (entry.taken) return false;
    const message = mailbox.read(entry);
    return message !== undefined && matches(message);
  });
  for (const entry of matching) entry.taken = true;
  return matching;
}

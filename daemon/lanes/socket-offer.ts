import type { Entry } from '../entry.js';
import type { Mailbox } from '../mailbox.js';
import type { Session } from '../session.js';
import { composeText } from './compose.js';
import { Held, type Said } from './held.js';
import { entriesOf, readAhead } from './read-ahead.js';
import type { SocketLane, SocketOutcome } from './socket-lane.js';
import { HEAD } from '../../protocol/shown.js';

/** Texts between two moments at which nothing waited; what is left then is named only. */
const MAX_TEXTS = 8;

/** Pushes by the session's own socket: one text at a time, and what comes meanwhile in the next one. */
export class SocketOffer {
  readonly #session: Session;
  readonly #lane: SocketLane;
  readonly #held: Held;
  #texts = 0;

  constructor(session: Session, lane: SocketLane) {
    this.#session = session;
    this.#lane = lane;
    this.#held = new Held(session, ({ content }) => this.#announce(content));
  }

  offer(waiting: readonly Entry[], mailbox: Mailbox): void {
    if (!this.#isFree()) return;
    const text = composeText(readAhead(this.#session, mailbox, waiting));
    const isHeld = waiting.some(({ held }) => held);
    if (isHeld || text === undefined || this.#texts >= MAX_TEXTS) {
      this.#held.hold(waiting);
      return;
    }
    this.#texts += 1;
    const entries = entriesOf(text.ids, mailbox);
    for (const entry of entries) {
      entry.taken = true;
      mailbox.markPushed(entry, 'socket'); // evidence can come before the shim's answer
    }
    void this.#lane.write(text).then((outcome) => {
      for (const entry of entries) settle(entry, outcome, mailbox);
      if (outcome.kind === 'written') this.#session.handedOver(text.ids, 'socket');
      this.#after(outcome);
    });
  }

  /** Nothing waits: what comes next is not a part of the same flood. */
  rest(): void {
    this.#texts = 0;
  }

  end(): void {
    this.#held.end();
    this.#lane.end();
  }

  #isFree(): boolean {
    return this.#lane.isFree(() => {
      this.#session.offer();
    });
  }

  async #announce(content: string): Promise<Said> {
    if (!this.#isFree()) return 'later';
    // With the time, since the client drops a text that it has had a moment ago.
    const time = new Date().toISOString().slice(11, 19);
    const outcome = await this.#lane.write({ content: `${HEAD}${time}Z: ${content}`, ids: [] });
    // When the caller has noted it.
    setImmediate(() => {
      this.#after(outcome);
    });
    if (outcome.kind === 'written') return 'said';
    return outcome.kind;
  }

  #after(outcome: SocketOutcome): void {
    const { lanes } = this.#session;
    if (outcome.kind === 'failed') lanes.lose('socket', 'it cannot be written to');
    this.#session.onPushed?.();
    this.#session.offer();
  }
}

/** A text with this message has left, or not. */
function settle(entry: Entry, outcome: SocketOutcome, mailbox: Mailbox): void {
  if (entry.seen) return; // evidence was faster
  entry.taken = false;
  if (outcome.kind === 'written') return;
  // Something may have arrived before it broke: again, with a warning.
  if (outcome.kind === 'failed' && outcome.unsure) mailbox.markOverdue(entry);
  else mailbox.markUnsent(entry);
}

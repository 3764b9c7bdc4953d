import type { Entry } from '../entry.js';
import type { Mailbox } from '../mailbox.js';
import type { Session } from '../session.js';
import { composePushes, type Push } from './compose.js';
import { Held } from './held.js';
import { entriesOf, readAhead } from './read-ahead.js';

/** Pushes by channel notifications of the MCP connection: as many at once as the connection takes. */
export class ChannelOffer {
  readonly #session: Session;
  readonly #held: Held;

  constructor(session: Session) {
    this.#session = session;
    this.#held = new Held(session, (notice) => {
      void this.write(notice);
      return 'said';
    });
  }

  offer(waiting: readonly Entry[], mailbox: Mailbox): void {
    if (this.#session.transport.congested) return;
    if (waiting.some(({ held }) => held)) {
      this.#held.hold(waiting); // nothing may overtake what was held back
      return;
    }
    const { pushes } = composePushes(readAhead(this.#session, mailbox, waiting));
    for (const push of pushes) this.#push(push, mailbox);
    const left = waiting.filter(
      ({ state, id }) => state.name === 'accepted' && mailbox.entries.has(id),
    );
    if (left.length > 0) this.#held.hold(left);
  }

  /** @returns false when the connection is gone; its end is handled where it is noticed */
  async write({ content, meta }: Push): Promise<boolean> {
    try {
      await this.#session.transport.write({
        jsonrpc: '2.0',
        method: 'notifications/claude/channel',
        params: { content, meta },
      });
      return true;
    } catch {
      return false;
    }
  }

  end(): void {
    this.#held.end();
  }

  #push(push: Push, mailbox: Mailbox): void {
    const written = this.write(push);
    for (const entry of entriesOf(push.ids, mailbox)) mailbox.markPushed(entry, 'channel');
    void written.then((done) => {
      if (done) this.#session.handedOver(push.ids, 'channel');
    });
  }
}

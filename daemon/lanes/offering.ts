import type { LaneName } from '../../protocol/delivery.js';
import type { Entry } from '../entry.js';
import type { Mailbox } from '../mailbox.js';
import type { Session } from '../session.js';
import { composePushes, composeText, heldNotice, type Push } from './compose.js';
import type { Offered } from './digest.js';
import type { SocketLane } from './socket-lane.js';

/** Content read ahead for one offer: four full digests and a little. */
const OFFER_BYTES = 80 * 1024;

/** "12 more messages wait" is said again at most this often. */
const HELD_NOTICE_MS = 10_000;

/** Texts for the socket between two moments at which nothing waited; the rest is named only. */
const MAX_SOCKET_TEXTS = 8;

/** Why the socket is given up, for people. */
const CANNOT_WRITE = 'it cannot be written to';

/** Hands what waits for a session to the lanes that can wake it. */
export class Offering {
  readonly #session: Session;
  readonly #socket: SocketLane;
  #heldTimer: NodeJS.Timeout | undefined;
  /** On a clock that nobody sets. */
  #heldTold = -Infinity;
  #socketTexts = 0;

  constructor(session: Session, socket: SocketLane) {
    this.#session = session;
    this.#socket = socket;
  }

  /** Pushes what waits, as far as a lane takes it now. */
  offer(): void {
    const session = this.#session;
    const mailbox = session.agent?.mailbox;
    if (mailbox === undefined || session.ended) return;
    session.waiters.serve(mailbox);
    // What is on its way in a tool result is neither pushed nor announced.
    const left = mailbox.waiting().filter(({ taken }) => !taken);
    if (left.length === 0) {
      this.#socketTexts = 0;
      return;
    }
    if (session.open) {
      for (const lane of session.lanes.pushing()) {
        const mine = left.filter((entry) => this.#laneFor(entry) === lane);
        if (mine.length === 0) continue;
        if (lane === 'channel') this.#offerChannel(mine, mailbox);
        else this.#offerSocket(mine, mailbox);
      }
    }
    if (left.some((entry) => this.#laneFor(entry) === undefined)) session.rouse?.();
  }

  end(): void {
    clearTimeout(this.#heldTimer);
    this.#socket.end();
  }

  /** Says something that is no message, if it can be said without waking anybody. */
  notice(content: string, meta: Record<string, string>): void {
    if (this.#session.canNotice) void this.#writeChannel({ content, meta, ids: [] });
  }

  #laneFor({ tried }: Entry): LaneName | undefined {
    const { lanes } = this.#session;
    return lanes.pushing().find((lane) => lanes.mayTry(lane, tried));
  }

  #offerChannel(waiting: readonly Entry[], mailbox: Mailbox): void {
    if (this.#session.transport.congested) return;
    if (waiting.some(({ held }) => held)) {
      this.#hold(waiting, 'channel'); // nothing may overtake what was held back
      return;
    }
    const { pushes } = composePushes(readAhead(mailbox, waiting));
    for (const push of pushes) this.#pushChannel(push, mailbox);
    this.#hold(
      waiting.filter(({ state, id }) => state.name === 'accepted' && mailbox.entries.has(id)),
      'channel',
    );
  }

  #pushChannel(push: Push, mailbox: Mailbox): void {
    const written = this.#writeChannel(push);
    const entries = entriesOf(push.ids, mailbox);
    for (const entry of entries) mailbox.markPushed(entry, 'channel');
    void written.then((done) => {
      if (done) this.#session.handedOver(push.ids, 'channel');
    });
  }

  async #writeChannel({ content, meta }: Push): Promise<boolean> {
    try {
      await this.#session.transport.write({
        jsonrpc: '2.0',
        method: 'notifications/claude/channel',
        params: { content, meta },
      });
      return true;
    } catch {
      return false; // the connection is gone; its end is handled where it is noticed
    }
  }

  /** One text at a time: what comes in the meantime goes into the next one. */
  #offerSocket(waiting: readonly Entry[], mailbox: Mailbox): void {
    if (
      !this.#socket.isFree(() => {
        this.offer();
      })
    )
      return;
    const text = composeText(readAhead(mailbox, waiting));
    const isHeld = waiting.some(({ held }) => held);
    if (isHeld || text === undefined || this.#socketTexts >= MAX_SOCKET_TEXTS) {
      this.#hold(waiting, 'socket');
      return;
    }
    this.#socketTexts += 1;
    const entries = entriesOf(text.ids, mailbox);
    for (const entry of entries) {
      entry.taken = true;
      mailbox.markPushed(entry, 'socket'); // evidence can come before the shim's answer
    }
    void this.#socket.write(text).then((outcome) => {
      const { lanes } = this.#session;
      for (const entry of entries) {
        entry.taken = false;
        if (outcome.kind === 'written') continue;
        // Something may have arrived before it broke: again, with a warning.
        if (outcome.kind === 'failed' && outcome.unsure) mailbox.markOverdue(entry);
        else mailbox.markUnsent(entry);
      }
      if (outcome.kind === 'failed') lanes.lose('socket', CANNOT_WRITE);
      if (outcome.kind === 'written') this.#session.handedOver(text.ids, 'socket');
      this.#session.onPushed?.();
      this.offer();
    });
  }

  /** Marks entries as waiting for check_inbox and says so, now or when it was not said lately. */
  #hold(entries: readonly Entry[], lane: 'channel' | 'socket'): void {
    if (entries.length === 0) return;
    const isNews = entries.some(({ held }) => !held);
    for (const entry of entries) entry.held = true;
    if (!isNews || this.#heldTimer !== undefined) return;
    const delay = Math.max(0, this.#heldTold + HELD_NOTICE_MS - performance.now());
    this.#heldTimer = setTimeout(() => {
      this.#heldTimer = undefined;
      this.#heldTold = performance.now();
      const mailbox = this.#session.agent?.mailbox;
      const held = mailbox?.waiting().filter((entry) => entry.held) ?? [];
      const [first] = held;
      if (first === undefined) return;
      const notice = heldNotice(held.length, mailbox?.read(first));
      if (lane === 'channel') this.notice(notice.content, notice.meta);
      else void this.#announce(notice.content, held);
    }, delay);
  }

  /** Says over the socket what is held; when it cannot be said, that has to be said in another way. */
  async #announce(content: string, held: readonly Entry[]): Promise<void> {
    const { kind } = await this.#socket.write({ content, ids: [] });
    if (kind === 'written') return;
    for (const entry of held) entry.held = false;
    if (kind === 'failed') this.#session.lanes.lose('socket', CANNOT_WRITE);
    this.offer();
  }
}

function entriesOf(ids: readonly string[], mailbox: Mailbox): Entry[] {
  return ids.flatMap((id) => mailbox.entries.get(id) ?? []);
}

/** Reads entries until they are more than one offer can take. */
function readAhead(mailbox: Mailbox, entries: readonly Entry[]): Offered[] {
  const items: Offered[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (bytes > OFFER_BYTES) break;
    const message = mailbox.read(entry);
    if (message === undefined) continue;
    bytes += Buffer.byteLength(message.content.text) + 200;
    items.push({ message, repeated: entry.repeated });
  }
  return items;
}

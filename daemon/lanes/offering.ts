import type { LaneName } from '../../mail/delivery.js';
import type { Entry } from '../entry.js';
import type { Session } from '../session.js';
import { ChannelOffer } from './channel-offer.js';
import type { SocketLane } from './socket-lane.js';
import { SocketOffer } from './socket-offer.js';

/** Hands what waits for a session to the lanes that can wake it. */
export class Offering {
  readonly #session: Session;
  readonly #channel: ChannelOffer;
  readonly #socket: SocketOffer;

  constructor(session: Session, socket: SocketLane) {
    this.#session = session;
    this.#channel = new ChannelOffer(session);
    this.#socket = new SocketOffer(session, socket);
  }

  /** Pushes what waits, as far as a lane takes it now. */
  offer(): void {
    const session = this.#session;
    const mailbox = session.agent?.mailbox;
    if (mailbox === undefined || session.ended) return;
    session.waiters.serve(mailbox);
    const left: Entry[] = [];
    const pushes = session.lanes.pushing().length > 0;
    // What is on its way in a tool result is neither pushed nor announced, and the younger ones are
    // not before it has left: they would overtake it.
    let isBehind = false;
    for (const entry of mailbox.waiting()) {
      isBehind ||= entry.taken && !entry.seen;
      if (entry.taken || isBehind) continue;
      if (session.mayWake(entry)) left.push(entry);
      else if (pushes) entry.held = false; // nothing names it, and it is news when it may be brought
    }
    if (left.length === 0) {
      if (!isBehind) this.#socket.rest();
      return;
    }
    if (session.open) {
      for (const lane of session.lanes.pushing()) {
        const mine = left.filter((entry) => this.#laneFor(entry) === lane);
        if (mine.length === 0) continue;
        if (lane === 'channel') this.#channel.offer(mine, mailbox);
        else this.#socket.offer(mine, mailbox);
      }
    }
    if (left.some((entry) => this.#laneFor(entry) === undefined)) session.rouse?.();
  }

  end(): void {
    this.#channel.end();
    this.#socket.end();
  }

  /** Says something that is no message, if it can be said without waking anybody. */
  notice(content: string, meta: Record<string, string>): void {
    if (this.#session.canNotice) void this.#channel.write({ content, meta, ids: [] });
  }

  #laneFor({ tried }: Entry): LaneName | undefined {
    const { lanes } = this.#session;
    return lanes.pushing().find((lane) => lanes.mayTry(lane, tried));
  }
}

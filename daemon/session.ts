import type { SessionFacts } from '../protocol/hello.js';
import type { NameLease } from './claim.js';
import type { Doorbell } from './doorbell.js';
import { composePushes, heldNotice, type Push } from './lanes/compose.js';
import type { Offered } from './lanes/digest.js';
import { chooseLane, type LaneName } from './lanes/lane.js';
import type { Entry } from './entry.js';
import type { Mailbox } from './mailbox.js';
import type { SessionTransport } from './mcp/transport.js';

/** What a session has once it is a registered agent. */
export interface Registration {
  name: string;
  lease: NameLease;
  mailbox: Mailbox;
  doorbell: Doorbell;
}

/** Content read ahead for one offer: four full digests and a little. */
const OFFER_BYTES = 80 * 1024;

/** "12 more messages wait" is said again at most this often. */
const HELD_NOTICE_MS = 10_000;

/** One attached shim, that is, one session of a client, for as long as its connection lasts. */
export class Session {
  readonly facts: SessionFacts;
  readonly transport: SessionTransport;
  readonly since = new Date();
  readonly lane: LaneName;
  /** Undefined for a client that only looks around, such as a health check. */
  agent: Registration | undefined;
  client: { name: string; version: string } | undefined;
  /** The client has said `initialized`. */
  initialized = false;
  /** The client has shown that it takes notifications; what is pushed before is lost. */
  open = false;
  /** The model has shown that it sees what the lane brings. */
  proven = false;
  ended = false;
  /** Epoch milliseconds at which it was told who is online. */
  informedAt = 0;
  #heldTimer: NodeJS.Timeout | undefined;
  /** On a clock that nobody sets. */
  #heldTold = -Infinity;

  constructor(facts: SessionFacts, transport: SessionTransport) {
    this.facts = facts;
    this.transport = transport;
    this.lane = chooseLane(facts);
  }

  /** Pushes what waits, if this session can be pushed to. */
  offer(): void {
    const mailbox = this.agent?.mailbox;
    if (mailbox === undefined || !this.canPush || this.transport.congested) return;
    // What is on its way in a tool result is neither pushed nor announced.
    const left = (): Entry[] => mailbox.waiting().filter(({ taken }) => !taken);
    const waiting = left();
    if (waiting.length === 0) return;
    if (waiting.some(({ held }) => held)) {
      this.#hold(waiting); // nothing may overtake what was held back
      return;
    }
    const items = readAhead(mailbox, waiting);
    const { pushes } = composePushes(items);
    for (const push of pushes) this.#push(push, mailbox);
    this.#hold(left());
  }

  get canPush(): boolean {
    return this.lane === 'channel' && this.open && !this.ended;
  }

  /** A remark of the daemon's own, not a message: it is not kept for a session that cannot be pushed to. */
  notice(content: string, meta: Record<string, string>): void {
    if (this.canPush) void this.#write({ content, meta, ids: [] });
  }

  /** A remark for the shim, which keeps it from the client. False when the connection is gone. */
  tellShim(method: `cc2cc/${string}`, params: object): Promise<boolean> {
    return this.transport.write({ jsonrpc: '2.0', method, params }).then(
      () => true,
      () => false,
    );
  }

  /** The model answered a message: it has seen it, so the lane works. */
  async confirm(id: string): Promise<void> {
    const mailbox = this.agent?.mailbox;
    const entry = mailbox?.entries.get(id);
    if (mailbox === undefined || entry === undefined) return;
    // A message from a tool result says nothing about the channel.
    if (entry.offered && this.lane === 'channel') this.proven = true;
    await mailbox.settle(id, { state: 'seen', evidence: 'reply' });
    if (!this.proven) return;
    for (const other of mailbox.unconfirmed()) {
      await mailbox.settle(other.id, { state: 'seen', evidence: 'proven lane' });
    }
  }

  /** No timer may speak for a session that is gone. */
  end(): void {
    this.ended = true;
    clearTimeout(this.#heldTimer);
  }

  #push(push: Push, mailbox: Mailbox): void {
    for (const id of push.ids) {
      const entry = mailbox.entries.get(id);
      if (entry !== undefined) mailbox.markOffered(entry);
    }
    void this.#write(push).then(async (written) => {
      if (!written || !this.proven) return;
      for (const id of push.ids) {
        await mailbox.settle(id, { state: 'seen', evidence: 'proven lane' });
      }
    });
  }

  async #write({ content, meta }: Push): Promise<boolean> {
    try {
      await this.transport.write({
        jsonrpc: '2.0',
        method: 'notifications/claude/channel',
        params: { content, meta },
      });
      return true;
    } catch {
      return false; // the connection is gone; its end is handled where it is noticed
    }
  }

  /** Marks entries as waiting for check_inbox and says so, now or when it was not said lately. */
  #hold(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const isNews = entries.some(({ held }) => !held);
    for (const entry of entries) entry.held = true;
    if (!isNews || this.#heldTimer !== undefined) return;
    const delay = Math.max(0, this.#heldTold + HELD_NOTICE_MS - performance.now());
    this.#heldTimer = setTimeout(() => {
      this.#heldTimer = undefined;
      this.#heldTold = performance.now();
      const held = this.agent?.mailbox.waiting().filter((entry) => entry.held) ?? [];
      const [first] = held;
      if (first === undefined) return;
      const { content, meta } = heldNotice(held.length, this.agent?.mailbox.read(first));
      this.notice(content, meta);
    }, delay);
  }
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

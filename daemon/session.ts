import type { Evidence, LaneName } from '../mail/delivery.js';
import type { SessionFacts } from '../protocol/hello.js';
import type { TokenBucket } from '../protocol/token-bucket.js';
import type { NameLease } from '../mail/claim.js';
import type { Doorbell } from './doorbell.js';
import { HookSource } from './hook-source.js';
import type { Entry } from './entry.js';
import { Activity } from './evidence/activity.js';
import type { Transcript } from './evidence/transcript.js';
import { LaneSet } from './lanes/lane-set.js';
import { Offering } from './lanes/offering.js';
import { SocketLane } from './lanes/socket-lane.js';
import type { Mailbox } from './mailbox.js';
import type { Profile } from '../mail/profile.js';
import type { RuleSubject } from '../mail/rulings.js';
import type { Rulebook } from './rulebook.js';
import type { SessionTransport } from './mcp/transport.js';
import { Waiters } from './waiters.js';

/** What a session has once it is a registered agent. */
export interface Registration {
  name: string;
  /** Since when it bears the name, also with a daemon before this one. */
  since: Date;
  lease: NameLease;
  mailbox: Mailbox;
  doorbell: Doorbell;
}

/** One attached shim, that is, one session of a client, for as long as its connection lasts. */
export class Session {
  readonly facts: SessionFacts;
  readonly transport: SessionTransport;
  readonly since = new Date();
  readonly lanes: LaneSet;
  readonly activity = new Activity();
  readonly waiters = new Waiters();
  /** What the user wants done with messages. */
  rules: Rulebook | undefined;
  /** Undefined for a client that only looks around, such as a health check. */
  agent: Registration | undefined;
  client: { name: string; version: string } | undefined;
  /** The client's own id of the conversation; `/clear` begins another one in the same process. */
  sessionId: string | undefined;
  /** Why its heartbeat says what it says. */
  context = 'attached';
  /** What the agent says of itself. */
  profile: Profile = { summary: undefined, description: undefined, skills: [] };
  /** The client has said `initialized`. */
  initialized = false;
  /** The client has shown that it takes notifications; what is pushed before is lost. */
  open = false;
  /** The client's hooks have reported. */
  hooked = false;
  /** A hook has shown that the shim's parent is the client itself. */
  isClaudesChild = false;
  /** The client has said that the session ends. */
  leaving = false;
  ended = false;
  /** Another server of the same client is the agent; this one has no tools and no name. */
  standby = false;
  /** The name that the other server of its client bore, and gave up for it. */
  inherits: string | undefined;
  /** Which of the client's hooks are heard, where it runs ours twice. */
  readonly hookSource = new HookSource();
  /** Somebody wants to know when it becomes idle. */
  isWatched = false;
  /** Epoch milliseconds at which it was told who is online. */
  informedAt = 0;
  /** Where a hook says that the transcript is. */
  transcriptPath: string | undefined;
  transcript: Transcript | undefined;
  /** When the transcript was searched for last. */
  searchedAt = -Infinity;
  /** Wakes the session through a hook that waits for it. */
  rouse: (() => void) | undefined;
  /** Is told when the connection has ended. */
  onEnd: (() => void) | undefined;
  /** Is told when something was handed to a lane. */
  onPushed: (() => void) | undefined;
  /** Is told when it no longer stands by. */
  onTakeOver: (() => void) | undefined;
  /** Is told when the conversation has got another id. */
  onFollow: (() => void) | undefined;
  readonly #offering: Offering;

  /** @param bucket of the client's socket */
  constructor(facts: SessionFacts, transport: SessionTransport, bucket: TokenBucket) {
    this.facts = facts;
    this.transport = transport;
    this.sessionId = facts.sessionId;
    this.lanes = new LaneSet(facts);
    this.#offering = new Offering(this, new SocketLane(transport, bucket));
  }

  /** The lane that messages take now. */
  get lane(): LaneName {
    return this.lanes.best(this.hooked);
  }

  /** Whether it can be told what is no message, without starting a turn of a session that is idle. */
  get canNotice(): boolean {
    return this.open && !this.ended && this.lanes.pushing()[0] === 'channel';
  }

  /** Whether anything could tell that the model was given a message. */
  get givesEvidence(): boolean {
    return this.hooked || this.transcript !== undefined;
  }

  /** Whether a message may come with what reaches the session anyway: its sender is not muted. */
  mayRide({ subject }: Pick<Entry, 'subject'>): boolean {
    const name = this.agent?.name;
    return name === undefined || this.rules?.isMuted(subject, name) !== true;
  }

  /** Whether a message may wake the session at this moment: neither muted nor in quiet hours. */
  mayWake(entry: Pick<Entry, 'subject'>): boolean {
    const name = this.agent?.name;
    if (name === undefined || this.rules === undefined) return true;
    return this.mayRide(entry) && !this.rules.isQuiet(entry.subject, name);
  }

  /** What the user's rules tell the session with such a message. */
  instructionsFor(subject: RuleSubject): readonly string[] {
    return this.rules?.instructionsFor(subject) ?? [];
  }

  /** Hands what waits to the lanes that take it now. */
  offer(): void {
    this.#offering.offer();
  }

  /** A remark of the daemon's own, not a message: it is not kept for a session that cannot be told. */
  notice(content: string, meta: Record<string, string>): void {
    this.#offering.notice(content, meta);
  }

  /** A remark for the shim, which keeps it from the client. False when the connection is gone. */
  tellShim(method: `cc2cc/${string}`, params: object): Promise<boolean> {
    return this.transport.write({ jsonrpc: '2.0', method, params }).then(
      () => true,
      () => false,
    );
  }

  /** The client goes on under another conversation. */
  follow(sessionId: string): void {
    if (sessionId === this.sessionId) return;
    this.sessionId = sessionId;
    this.transcriptPath = undefined;
    this.searchedAt = -Infinity;
    this.onFollow?.();
  }

  /** Messages have left for the client by a lane. */
  handedOver(ids: readonly string[], lane: LaneName): void {
    this.onPushed?.();
    if (!this.givesEvidence && this.lanes.isConfirmed(lane)) this.#settle(ids, 'proven lane');
  }

  /** The model was given these messages. */
  seen(ids: readonly string[], evidence: Evidence): void {
    const mailbox = this.agent?.mailbox;
    if (mailbox === undefined) return;
    for (const id of ids) {
      const entry = mailbox.get(id);
      if (entry === undefined) continue;
      const lane = entry.state.name === 'pushed' ? entry.state.lane : entry.tried.at(-1);
      // Of what was never handed over there can be no sign, whoever says so; but an answer is one.
      if (lane === undefined && evidence !== 'reply') continue;
      if (lane !== undefined) this.lanes.confirm(lane, evidence);
      entry.taken = entry.seen = true; // settling waits for the disk, and nobody must show it meanwhile
      this.#settle([id], evidence);
    }
  }

  /** The model has answered a message: it has seen it, so the lane works. */
  async answered(id: string): Promise<void> {
    const mailbox = this.agent?.mailbox;
    const entry = mailbox?.get(id);
    if (mailbox === undefined || entry === undefined) return;
    const lane = entry.state.name === 'pushed' ? entry.state.lane : undefined;
    if (lane !== undefined) this.lanes.confirm(lane, 'reply');
    entry.taken = entry.seen = true; // as in seen()
    await mailbox.settle(id, { state: 'seen', evidence: 'reply' });
    if (lane === undefined || this.givesEvidence) return;
    for (const other of mailbox.unconfirmed()) {
      // What is still being written may fail, whatever the lane has brought before.
      if (other.taken || other.state.name !== 'pushed' || other.state.lane !== lane) continue;
      await mailbox.settle(other.id, { state: 'seen', evidence: 'proven lane' });
    }
  }

  /** The session has moved on without a sign of these: they wait for the next lane. */
  lose(entries: readonly Entry[]): void {
    const lanes = new Set(
      entries.flatMap(({ state }) => (state.name === 'pushed' ? state.lane : [])),
    );
    for (const entry of entries) this.agent?.mailbox.markOverdue(entry);
    // Where nothing could give a sign, its absence says nothing of the lane.
    if (this.givesEvidence) for (const lane of lanes) this.lanes.lose(lane);
    this.offer();
  }

  /** No timer may speak for a session that is gone. */
  end(): void {
    this.ended = true;
    this.#offering.end();
    this.onEnd?.();
  }

  #settle(ids: readonly string[], evidence: Evidence): void {
    for (const id of ids) void this.agent?.mailbox.settle(id, { state: 'seen', evidence });
  }
}

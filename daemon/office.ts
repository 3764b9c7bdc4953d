import { acquaintanceOf } from '../mail/acquaintance.js';
import { standingOf, type Acquaintance } from '../mail/standing.js';
import { Trustbook } from './trustbook.js';
import { bearerByFiles, type Bearer, type BearerOf } from '../mail/bearer.js';
import { gateByFiles, type Gate } from '../mail/gate.js';
import { isOriginals } from '../mail/original.js';
import { mailboxPaths, rootPaths } from '../protocol/paths.js';
import type { SessionFacts } from '../protocol/hello.js';
import { Arriving } from './arriving.js';
import { readCard } from '../mail/card.js';
import type { Claim, Claimer, NameLease } from '../mail/claim.js';
import type { Config } from '../protocol/config.js';
import { namedSince } from './heartbeats.js';
import { EvidenceWatch } from './evidence/watch.js';
import { Expiring } from './expiring.js';
import { IdleNotices } from './idle-notices.js';
import { beat, introduce } from './identity.js';
import type { Log } from './log.js';
import { InboxWatch } from './inbox-watch.js';
import { Mailbox } from './mailbox.js';
import { SocketBuckets } from './lanes/socket-buckets.js';
import { LegacyMail } from './legacy-mail.js';
import { claimFor } from './naming.js';
import { oncePerTurn } from './once-per-turn.js';
import { Presence, type Listener } from './presence.js';
import { formerProfile } from './profile.js';
import { PairRate } from './rate.js';
import { Repeats } from './repeats.js';
import { OwnHeartbeats } from './own-heartbeats.js';
import { Rivals } from './rivals.js';
import { Rulebook } from './rulebook.js';
import { SessionNames } from './session-names.js';
import type { Registration, Session } from './session.js';
import { noteTask } from './tasks/intake.js';
import { TaskStore } from '../mail/tasks/store.js';
import { areTwins, Twins } from './twins.js';

/** What the office is given at its start. */
export interface OfficeOptions {
  root: string;
  host: string;
  instance: string;
  /** The file that says who waits for whom. */
  idleWatches: string;
  config: Config;
  log: Log;
}

/** The sessions of one daemon: who they are, and how they come and go. */
export class Office {
  readonly root: string;
  readonly host: string;
  readonly config: Config;
  readonly log: Log;
  readonly sessions = new Set<Session>();
  readonly presence: Presence;
  /** The keys of the root, and what they are asked to let in. */
  readonly gate: Gate;
  readonly rate: PairRate;
  readonly repeats: Repeats;
  readonly inboxes: InboxWatch;
  readonly evidence: EvidenceWatch;
  readonly idle: IdleNotices;
  readonly rules: Rulebook;
  readonly trust: Trustbook;
  readonly legacy: LegacyMail;
  readonly rivals: Rivals;
  readonly heartbeats: OwnHeartbeats;
  readonly sockets = new SocketBuckets();
  readonly twins: Twins;
  readonly names: SessionNames;
  readonly tasks: TaskStore;
  /** Tool calls that are being carried out. */
  readonly running = new Set<Promise<unknown>>();
  readonly arriving = new Arriving();
  readonly expiring = new Expiring();
  /** While agents take other names, the end of it; new messages wait for that. */
  renaming: Promise<unknown> | undefined;
  #instance: string;
  readonly #bearerElsewhere: BearerOf;
  #acquaintance: Acquaintance;
  #agents = new Map<string, Session>();

  constructor({ root, host, instance, idleWatches, config, log }: OfficeOptions) {
    this.root = root;
    this.host = host;
    this.config = config;
    this.log = log;
    this.#instance = instance;
    this.#bearerElsewhere = oncePerTurn((name) => bearerByFiles(root, name));
    this.names = new SessionNames(root, host);
    const gate = gateByFiles(root, config);
    const acquaintance = (this.#acquaintance = acquaintanceOf(this, gate.keys));
    this.trust = new Trustbook(rootPaths(root).trust, log);
    this.gate = {
      ...gate,
      bearer: (name) => this.bearer(name),
      standing: (subject, to) =>
        standingOf(this.trust.inForce, config.newSenders, acquaintance, subject, to),
    };
    this.rules = new Rulebook(rootPaths(root).rules, log);
    this.tasks = new TaskStore(root, this.gate.keys);
    this.rate = new PairRate(config.rate);
    this.repeats = new Repeats(config.repeatSeconds);
    this.inboxes = new InboxWatch(log);
    this.evidence = new EvidenceWatch(() => this.sessions, config, log);
    this.presence = new Presence(() => this.#listeners());
    this.idle = new IdleNotices(this, idleWatches);
    this.legacy = new LegacyMail(this);
    this.heartbeats = new OwnHeartbeats(root);
    this.rivals = new Rivals(this);
    this.twins = new Twins(this);
  }

  /** The session that bears a name here and now. */
  agent(name: string): Session | undefined {
    return this.#agents.get(name);
  }

  /**
   * The session that nobody else may speak for: attached here, or by its heartbeat elsewhere. Where an
   * original server uses the name too, nobody can tell the two apart.
   */
  bearer(name: string): Bearer | undefined {
    const session = this.agent(name);
    if (session?.agent === undefined) return this.#bearerElsewhere(name);
    if (this.rivals.has(name) || isOriginals(this.root, name)) return undefined;
    const ids = [session.sessionId, session.facts.sessionId];
    return {
      since: session.agent.since.getTime(),
      sessionIds: ids.filter((id) => id !== undefined),
    };
  }

  agentNames(): string[] {
    return [...this.#agents.keys()].sort();
  }

  /** A new connection. One with the same attach key, or of the same client process, gives way. */
  admit(session: Session): void {
    for (const other of this.sessions) {
      if (supersedes(session.facts, other)) this.dismiss(other, 'replaced by a new connection');
    }
    this.twins.settle(session);
    this.sessions.add(session);
    session.rules = this.rules;
    session.onPushed = () => {
      this.evidence.wake();
    };
    session.activity.onChange(() => {
      this.idle.look();
    });
    session.onFollow = () => {
      introduce(this, session); // a resumed conversation gets its name back
    };
  }

  /**
   * Gives a session its name and mailbox. What waits in the mailbox is found at once, what comes
   * from now on rings.
   *
   * @throws Cc2ccError E_STORE; E_USAGE while another server of the client is the agent
   */
  register(session: Session): string {
    if (session.agent !== undefined) return session.agent.name;
    this.twins.takeOver(session);
    const { facts } = session;
    const former =
      (facts.sessionId === undefined ? undefined : this.names.nameOf(facts.sessionId)) ??
      session.inherits;
    const { name, lease } = claimFor(this.claimer(), facts, former, this.log);
    const mailbox = new Mailbox(
      mailboxPaths(this.root, name),
      rootPaths(this.root).rejected,
      this.gate,
      {
        ids: new Set(facts.reattach?.pushed),
        since: name === facts.reattach?.name ? facts.reattach.since : undefined,
        lane: session.lanes.best(false),
      },
      this.log,
    );
    const card = readCard(this.root, name);
    session.profile = formerProfile(name, card, facts) ?? session.profile;
    mailbox.onTakenIn = (entry, message) => {
      this.expiring.takenIn(mailbox, entry);
      noteTask(this, session.agent?.name ?? name, message, entry.signature);
    };
    const doorbell = this.inboxes.hang(session, mailbox);
    session.agent = {
      name,
      since: namedSince(this.root, this.host, name, facts),
      lease,
      mailbox,
      doorbell,
    };
    this.#agents.set(name, session);
    // Mail for it must not go to who bore it before, not even when we are killed in the next moment.
    if (card?.renamed_to !== undefined) introduce(this, session);
    this.#receive(name, mailbox);
    this.legacy.fetch([session]);
    this.inboxes.look(session);
    this.idle.attached(name);
    this.evidence.wake();
    if (session.initialized) this.signOn(session);
    if (facts.reattach === undefined) this.presence.joined(name);
    else this.presence.returned(name);
    void session.tellShim('cc2cc/attached', { name });
    this.log.info({ name, lane: session.lane, shim: facts.pid, cwd: facts.cwd }, 'attached');
    return name;
  }

  /**
   * Lets a session go: its name is free, its heartbeat says offline, its mail waits.
   *
   * @param quietly another daemon has the root now: no file is touched
   */
  dismiss(session: Session, why: string, quietly = false): void {
    if (!this.sessions.delete(session)) return;
    session.end();
    const { agent } = session;
    if (agent !== undefined) {
      agent.doorbell.close();
      agent.mailbox.spare.close();
      this.#agents.delete(agent.name);
      if (!quietly) agent.mailbox.flush();
      if (!quietly) this.#signOff(session, agent, why);
      this.presence.left(agent.name);
      this.idle.look();
      this.log.info({ name: agent.name, why }, 'detached');
    }
    void session.transport.close();
    if (!quietly) this.twins.left(session);
  }

  /** Moves a registered session to another name; see rename.ts for its mail. */
  readdress(session: Session, claim: Claim): void {
    const { agent } = session;
    if (agent === undefined) return;
    this.#agents.delete(agent.name);
    agent.doorbell.close();
    this.giveBack(agent.name, agent.lease);
    agent.name = claim.name;
    agent.since = new Date();
    agent.lease = claim.lease;
    agent.mailbox.moveTo(mailboxPaths(this.root, claim.name));
    agent.doorbell = this.inboxes.hang(session, agent.mailbox);
    this.#agents.set(claim.name, session);
    this.#acquaintance.renamed(); // at once: a block must not lapse for a moment
    this.#receive(claim.name, agent.mailbox);
  }

  /** Messages that the disk has not got yet: later ones of the same sender must not overtake them. */
  #receive(name: string, mailbox: Mailbox): void {
    for (const { message, committed } of this.arriving.of(name)) mailbox.arrive(message, committed);
  }

  /** Other rules are in force, or hours have passed: what waits may be brought now, or must go. */
  offerAll(): void {
    for (const session of this.sessions) {
      session.agent?.mailbox.turnAway();
      session.offer();
    }
  }

  claimer(): Claimer {
    return {
      root: this.root,
      host: this.host,
      instance: this.#instance,
      isAttached: (name) => this.#agents.has(name),
    };
  }

  /** Tells everybody who wants to know and can be told, but `except`. */
  announce(content: string, meta: Record<string, string>, except?: Session): void {
    for (const { name, notice } of this.#listeners()) {
      if (name !== except?.agent?.name) notice(content, { type: 'status', ...meta });
    }
  }

  /** The client has had its first answer, which it waits for: time for what nobody waits for. */
  signOn(session: Session): void {
    const again = session.facts.reattach !== undefined;
    beat(this, session, again ? 'session re-attached' : 'session started');
    introduce(this, session);
  }

  #signOff(session: Session, { name, lease }: Registration, why: string): void {
    beat(this, session, why, 'offline');
    this.giveBack(name, lease);
  }

  /** Frees a name; where that cannot be written down, it falls with our process. */
  giveBack(name: string, lease: NameLease): void {
    try {
      lease.release();
    } catch (error) {
      this.log.error({ err: error, name }, 'cannot release a name');
    }
  }

  *#listeners(): Generator<Listener> {
    for (const [name, session] of this.#agents) {
      if (session.facts.presence === 'off') continue;
      yield {
        name,
        informedAt: session.informedAt,
        notice: (content, meta) => {
          session.notice(content, meta);
        },
      };
    }
  }
}

/**
 * A re-attach, or `/mcp reconnect`: the same client process starting the same session's server anew.
 * A shim that comes back after that is no newer one: of two that live, each would drive out the other
 * for ever.
 */
function supersedes(now: SessionFacts, { facts: before, sessionId }: Session): boolean {
  if (now.attachKey === before.attachKey) return true;
  return (
    !areTwins(now, before) &&
    now.reattach === undefined &&
    now.sessionId !== undefined &&
    [before.sessionId, sessionId].includes(now.sessionId) &&
    now.ppid === before.ppid
  );
}

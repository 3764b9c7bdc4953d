import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HookReply, HookReport, HookSession } from '../protocol/control.js';
import { HEAD } from '../protocol/shown.js';
import { HOOK_BYTES } from '../protocol/limits.js';
import { isTranscriptPath } from './evidence/client-files.js';
import { beat } from './identity.js';
import { countOf } from './lanes/digest.js';
import { takeInbox, type InboxBlock } from './lanes/inbox-block.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

const NOTHING: HookReply = { text: null, receipt: null };

/** A hook says at once that the client has its text; a silent one has been ended by the client. */
const SHOWN_MS = 5_000;

/** A session that said goodbye and is still attached after this did not mean it. */
const FAREWELL_MS = 10_000;

/** So long a hook that comes before its session waits for it, and how often it looks. */
const ATTACH_MS = 20_000;
const ATTACH_LOOK_MS = 250;

/** A text for a hook, and what is to be done when its fate is known. */
type Text = Pick<InboxBlock, 'text' | 'finish'>;

/** A text that a hook has been given and has not handed over yet. */
interface Given {
  text: Text;
  timer: NodeJS.Timeout;
  /** What follows when it has. */
  onShown: (text: Text) => void;
}

/**
 * Where the hooks of the client report what the session does, and are given what waits for it. They
 * are the only lane of a client without any other, and the surest evidence for all.
 */
export class HookDesk {
  readonly #office: Office;
  readonly #given = new Map<string, Given>();
  /** What a client keeps for the first prompt of a conversation, which may never come. */
  readonly #early = new WeakMap<Session, Text[]>();
  /** Hooks that wait until there is something, at most one for each session. */
  readonly #waiting = new Map<Session, (reply: HookReply | undefined) => void>();

  constructor(office: Office) {
    this.#office = office;
  }

  /** @param hungUp the hook has ended: what it was given and did not confirm may be lost */
  report(report: HookReport, hungUp: AbortSignal): HookReply {
    const session = sessionOf(this.#office, report);
    if (session === undefined) return NOTHING;
    session.hooked = true;
    if (report.subagent === true) return NOTHING;
    if (report.sessionId !== undefined) session.follow(report.sessionId);
    const { claudeDir = '' } = session.facts;
    if (isTranscriptPath(report.transcriptPath, claudeDir)) {
      session.transcriptPath = report.transcriptPath;
    }
    if (report.ids !== undefined) session.seen(report.ids, 'hook');
    if (!session.hookSource.hears(report.plugin === true)) return NOTHING;
    switch (report.event) {
      case 'session-start':
        session.leaving = false;
        this.#endEarly(session, 'unknown'); // that conversation is over
        // The model is given this with its first prompt: what can wake the session is better.
        return session.lanes.pushing().length > 0 || this.#waiting.has(session)
          ? NOTHING
          : this.#give(session, hungUp, false, (text) => {
              this.#early.set(session, [...(this.#early.get(session) ?? []), text]);
            });
      case 'user-prompt-submit':
        this.#endEarly(session, 'seen');
        session.activity.reported('busy');
        return this.#give(session, hungUp);
      case 'post-tool-use':
        session.activity.reported('busy');
        return this.#give(session, hungUp);
      case 'stop': {
        // Once a turn: a model that is kept going for ever would be the worst of loops.
        const reply = report.stopHookActive === true ? NOTHING : this.#give(session, hungUp, true);
        session.activity.reported(reply.text === null ? 'idle' : 'busy');
        return reply;
      }
      case 'session-end':
        if (report.reason !== 'clear') this.#farewell(session);
        return NOTHING;
    }
  }

  /** Answers when something waits for the session; with nothing when another hook waits already. */
  async wait(of: HookSession, hungUp: AbortSignal): Promise<HookReply> {
    for (;;) {
      const session = await this.#attached(of, hungUp);
      if (session === undefined) return NOTHING;
      session.hooked = true;
      if (this.#waiting.has(session)) return NOTHING;
      const reply = await this.#mailFor(session, hungUp);
      if (reply !== undefined) return reply;
    }
  }

  /** @returns undefined when the session's connection has ended: its server may be started anew */
  #mailFor(session: Session, hungUp: AbortSignal): Promise<HookReply | undefined> {
    return new Promise((resolve) => {
      const end = (reply: HookReply | undefined): void => {
        if (this.#waiting.get(session) !== end) return; // another one waits by now
        this.#waiting.delete(session);
        session.rouse = session.onEnd = undefined;
        resolve(reply);
      };
      this.#waiting.set(session, end);
      session.rouse = () => {
        const reply = this.#give(session, hungUp, true);
        if (reply.text !== null) end(reply);
      };
      session.onEnd = () => {
        end(undefined);
      };
      hungUp.addEventListener('abort', () => {
        end(NOTHING);
      });
      session.offer();
    });
  }

  /** A session's first hook runs while its server is still being started. */
  async #attached(of: HookSession, hungUp: AbortSignal): Promise<Session | undefined> {
    for (const deadline = performance.now() + ATTACH_MS; !hungUp.aborted;) {
      const session = sessionOf(this.#office, of);
      if (session !== undefined || performance.now() > deadline) return session;
      await sleep(ATTACH_LOOK_MS);
    }
    return undefined;
  }

  /** The text of a reply has been handed to the client. */
  shown(receipt: string): void {
    this.#finish(receipt, true);
  }

  /**
   * What waits and no other lane is about to bring, with a receipt.
   *
   * @param waking without it the session would rest
   */
  #give(
    session: Session,
    hungUp: AbortSignal,
    waking = false,
    onShown = (given: Text): void => {
      given.finish('seen');
    },
  ): HookReply {
    if (!session.lanes.has('hook')) return NOTHING;
    const wanted = { lane: 'hook', bytes: HOOK_BYTES, strict: true, waking } as const;
    const given = takeInbox(session, wanted) ?? this.#tooLong(session, waking);
    if (given === undefined) return NOTHING;
    const receipt = randomUUID();
    const timer = setTimeout(() => {
      this.#finish(receipt, false);
    }, SHOWN_MS);
    this.#given.set(receipt, { text: given, timer, onShown });
    hungUp.addEventListener('abort', () => {
      this.#finish(receipt, false);
    });
    return { text: given.text, receipt };
  }

  /** Says once that something waits which is longer than a hook may bring. */
  #tooLong(session: Session, waking: boolean): Text | undefined {
    if (session.lanes.pushing().length > 0) return undefined; // it brings it, or says so
    const waiting = (session.agent?.mailbox.waiting() ?? []).filter(
      (entry) => !entry.taken && (waking ? session.mayWake(entry) : session.mayRide(entry)),
    );
    const news = waiting.filter(({ held }) => !held);
    if (news.length === 0) return undefined;
    for (const entry of news) entry.held = true;
    const { unread = 0 } = session.agent?.mailbox ?? {};
    const all = waiting.length + unread;
    return {
      text: `${HEAD}${countOf(all, unread, 'message')} for you ${all === 1 ? 'waits' : 'wait'}. To read, call the cc2cc tool "check_inbox".`,
      finish: (outcome) => {
        if (outcome !== 'seen') for (const entry of news) entry.held = false;
      },
    };
  }

  #finish(receipt: string, shown: boolean): void {
    const given = this.#given.get(receipt);
    if (given === undefined) return;
    this.#given.delete(receipt);
    clearTimeout(given.timer);
    if (shown) given.onShown(given.text);
    else given.text.finish('unknown');
  }

  #endEarly(session: Session, outcome: 'seen' | 'unknown'): void {
    for (const text of this.#early.get(session) ?? []) text.finish(outcome);
    this.#early.delete(session);
  }

  /** The client ends; its server may live a moment longer. */
  #farewell(session: Session): void {
    session.leaving = true;
    beat(this.#office, session, 'session ended', 'offline');
    setTimeout(() => {
      session.leaving = false;
    }, FAREWELL_MS).unref();
  }
}

/** The session that a hook of its client speaks of. */
function sessionOf(office: Office, { claudePid, sessionId }: HookSession): Session | undefined {
  const agents = [...office.sessions].filter(({ agent }) => agent !== undefined).reverse();
  const byPid = agents.find(({ facts }) => facts.ppid === claudePid);
  if (byPid !== undefined) {
    byPid.isClaudesChild = true;
    return byPid;
  }
  // Where something stands between the client and the shim. A conversation can be open in two
  // clients, so one whose client is known is not meant.
  return agents.find(
    (session) =>
      sessionId !== undefined &&
      session.sessionId === sessionId &&
      (claudePid === undefined || !session.isClaudesChild),
  );
}

import { inOrder, type Entry } from '../entry.js';
import type { Log } from '../log.js';
import type { Session } from '../session.js';
import { isOverdue, type Patience } from './activity.js';
import { findTranscript, readClientState } from './client-files.js';
import { LOOK_BACK_BYTES, Transcript } from './transcript.js';

/** While something is unconfirmed; the client writes its transcript about every 100 ms. */
const LOOK_MS = 250;

/** As long as nothing needs to be known at once. */
const SLOW_LOOK_MS = 2_000;

/** What has had no sign for so long is in a long turn, or lost. */
const FRESH_MS = 10_000;

/** A transcript that is not where it is expected is searched for in all projects, this often. */
const SEARCH_MS = 2_000;

/**
 * Looks for signs that sessions were given what was pushed to them, and offers again what they moved
 * on without. Does nothing, not even wake up, as long as all that was pushed is confirmed.
 */
export class EvidenceWatch {
  readonly #sessions: () => Iterable<Session>;
  readonly #patience: Patience;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  /** The timer is that of somebody who is not in a hurry. */
  #isSlow = false;
  #stopped = false;

  constructor(sessions: () => Iterable<Session>, patience: Patience, log: Log) {
    this.#sessions = sessions;
    this.#patience = patience;
    this.#log = log;
  }

  /** Something was pushed, or somebody wants to know what a session does. */
  wake(): void {
    if (this.#timer !== undefined && !this.#isSlow) return;
    clearTimeout(this.#timer);
    this.#schedule(LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Signs that are there already: for who is about to show what has had none. */
  collect(session: Session): void {
    if (session.agent?.mailbox.hasUnconfirmed === true) this.#collect(session);
  }

  /** What the client's own files say of a session at this moment. */
  refresh(session: Session): void {
    const { claudeDir, transcript, ppid } = session.facts;
    if (claudeDir === undefined || transcript === 'off') return;
    const client = readClientState(claudeDir, ppid);
    if (client === undefined) return;
    session.activity.read(client);
    if (client.sessionId !== undefined) session.follow(client.sessionId);
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#isSlow = ms > LOOK_MS;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, ms);
  }

  #look(): void {
    let next: number | undefined;
    for (const session of this.#sessions()) {
      const waiting = session.agent?.mailbox.hasUnconfirmed === true;
      const watched = session.isWatched;
      if (!waiting && !watched) continue;
      try {
        this.refresh(session);
        if (waiting) {
          this.#collect(session);
          this.#giveUpLate(session);
        }
      } catch (error) {
        this.#log.error({ err: error, name: session.agent?.name }, 'cannot look for evidence');
      }
      if (isFresh(session)) next = LOOK_MS;
      else next ??= SLOW_LOOK_MS;
    }
    if (next !== undefined) this.#schedule(next);
  }

  #collect(session: Session): void {
    this.#open(session);
    const ids = session.transcript?.read() ?? [];
    if (ids.length > 0) session.seen(ids, 'transcript');
  }

  #giveUpLate(session: Session): void {
    const now = performance.now();
    const late: Entry[] = [];
    for (const entry of session.agent?.mailbox.handedOver() ?? []) {
      const { taken, at, state } = entry;
      if (taken) continue; // being pushed or settled
      if (state.name !== 'pushed' || state.lane === 'tool') continue;
      if (isOverdue(at, session.activity, this.#patience, now)) late.push(entry);
    }
    if (late.length > 0) session.lose(inOrder(late));
  }

  /** Finds the transcript of the session as it is now: `/clear` begins another one. */
  #open(session: Session): void {
    const { facts, sessionId, transcriptPath } = session;
    if (facts.transcript === 'off' || facts.claudeDir === undefined) return;
    const { transcript } = session;
    const isCurrent =
      transcript !== undefined &&
      (transcript.path === transcriptPath ||
        (sessionId !== undefined && transcript.path.includes(sessionId)));
    if (isCurrent) return;
    const now = performance.now();
    if (now < session.searchedAt + SEARCH_MS) return;
    session.searchedAt = now;
    const path =
      transcriptPath ??
      (sessionId === undefined
        ? undefined
        : findTranscript(facts.claudeDir, facts.projectDir ?? facts.cwd, sessionId));
    if (path === undefined) return;
    session.transcript = Transcript.open(path, LOOK_BACK_BYTES);
  }
}

/** Whether something was handed over so lately that a sign of it may come at any moment. */
function isFresh({ agent }: Session): boolean {
  const limit = performance.now() - FRESH_MS;
  for (const { at } of agent?.mailbox.handedOver() ?? []) if (at > limit) return true;
  return false;
}

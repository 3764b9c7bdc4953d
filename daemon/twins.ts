import { Cc2ccError } from '../protocol/errors.js';
import type { SessionFacts } from '../protocol/hello.js';
import { asksForChannel } from './lanes/lane-set.js';
import { isLookingAround } from './looking-around.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

/**
 * So long one that stands by waits when the other one has gone: `/mcp reconnect` starts that anew within
 * a second, and after a crash of the daemon both come back in any order, after pauses that grow.
 */
const PATIENCE_MS = 3_000;

/**
 * Whether two connections are of one client that starts us twice: as the server of the plugin, and as one
 * that was registered. Two of the same sort are not told apart: there the later one replaces the earlier.
 */
export function areTwins(a: SessionFacts, b: SessionFacts): boolean {
  return a.ppid === b.ppid && (a.plugin === true) !== (b.plugin === true);
}

/**
 * Of twins, whether `a` is the agent: the one that the client's channel flag names, else the registered
 * one. Both facts stay what they are, so it does not matter who comes first, at the start and after.
 */
export function comesFirst(a: SessionFacts, b: SessionFacts): boolean {
  const asks = asksForChannel(a);
  return asks === asksForChannel(b) ? a.plugin !== true : asks;
}

/** Sees to it that of a client that starts us twice one server is the agent and the other stands by. */
export class Twins {
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /** Whether one that attaches with these facts must stand by. */
  mustStandBy(facts: SessionFacts): boolean {
    const twins = this.#of(facts);
    if (twins.some((twin) => comesFirst(twin.facts, facts))) return true;
    return facts.reattach?.standby === true && twins.length === 0;
  }

  /** A connection comes, and is not among the office's sessions yet. */
  settle(session: Session): void {
    const { facts } = session;
    if (this.mustStandBy(facts)) {
      session.standby = true;
      void session.tellShim('cc2cc/standby', {});
      this.#waitFor(session);
      return;
    }
    for (const twin of this.#of(facts)) {
      if (twin.standby) continue;
      session.inherits = twin.agent?.name;
      // Its shim comes back at once, and then stands by.
      this.#office.dismiss(twin, 'the other server of its client is the agent');
    }
  }

  /** A connection has ended. */
  left({ facts, standby }: Session): void {
    if (standby) return;
    for (const twin of this.#of(facts)) if (twin.standby) this.#waitFor(twin);
  }

  /**
   * One that stands by is asked for something: it becomes the agent, if the other one is gone.
   *
   * @throws Cc2ccError E_USAGE while the other one is there
   */
  takeOver(session: Session): void {
    if (!session.standby) return;
    if (this.#isNeeded(session)) {
      session.standby = false;
      session.onTakeOver?.();
      return;
    }
    throw new Cc2ccError('E_USAGE', 'This session has cc2cc twice, and this one stands by.', {
      hint: 'Use the cc2cc tools of the other server. To keep one: claude mcp remove cc2cc, or claude plugin uninstall cc2cc.',
    });
  }

  #waitFor(session: Session): void {
    setTimeout(() => {
      if (session.ended || !session.standby || !this.#isNeeded(session)) return;
      const { log } = this.#office;
      try {
        if (isLookingAround(session.facts)) this.takeOver(session);
        else this.#office.register(session);
        log.info({ shim: session.facts.pid }, 'the other server of the client is gone');
      } catch (error) {
        log.error({ err: error, shim: session.facts.pid }, 'cannot register a session');
      }
    }, PATIENCE_MS).unref();
  }

  #isNeeded({ facts }: Session): boolean {
    return !this.#of(facts).some((twin) => !twin.standby);
  }

  #of(facts: SessionFacts): Session[] {
    return [...this.#office.sessions].filter((other) => areTwins(other.facts, facts));
  }
}

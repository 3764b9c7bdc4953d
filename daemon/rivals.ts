import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import { HEARTBEAT_STALE_MS } from '../protocol/limits.js';
import type { Office } from './office.js';
import type { Session } from './session.js';

/**
 * Servers of the original cc2cc that have begun to use the name of a session of ours. They know no
 * leases, so nothing keeps them from it; they give themselves away by their heartbeats. Both read the
 * one inbox then, and which of the two a message was meant for nobody can tell. The session keeps
 * its name, since whoever has its answers outstanding knows it by that; people and models are told.
 */
export class Rivals {
  readonly #office: Office;
  /** By name: when one was last noticed, on a clock that nobody sets. */
  readonly #noticed = new Map<string, number>();

  constructor(office: Office) {
    this.#office = office;
  }

  /**
   * Looks at the heartbeat under a session's name, before it is written again.
   *
   * @returns whether it is not ours, or gone: others take the agent for absent until it is mended
   */
  look(session: Session): boolean {
    if (session.agent === undefined) return false;
    const { name } = session.agent;
    if (this.#office.heartbeats.isUntouched(name)) {
      this.#expire(name);
      return false;
    }
    const found = readHeartbeat(this.#office.root, name);
    if (found !== undefined && found.host === undefined) {
      if (isFresh(found)) this.#notice(session, name);
      else if (found.status !== 'active') this.forget(name); // it has said goodbye
    }
    this.#expire(name);
    return found?.host === undefined;
  }

  /** Whether an original server uses this name beside a session of ours. */
  has(name: string): boolean {
    this.#expire(name);
    return this.#noticed.has(name);
  }

  /** For status. */
  problems(): string[] {
    return [...this.#noticed.keys()]
      .filter((name) => this.#office.agent(name) !== undefined && this.has(name))
      .map(
        (name) =>
          `an original cc2cc server uses the name "${name}" too and reads the same inbox: give one of the two another name`,
      );
  }

  forget(name: string): void {
    if (this.#noticed.delete(name)) {
      this.#office.log.info({ name }, 'no original server uses the name any more');
    }
  }

  #notice(session: Session, name: string): void {
    const isNew = !this.#noticed.has(name);
    this.#noticed.set(name, performance.now());
    if (!isNew) return;
    this.#office.log.warn({ name }, 'an original server uses the name of a session of ours');
    session.notice(warningOf(name), { type: 'status', event: 'name_shared' });
  }

  #expire(name: string): void {
    const at = this.#noticed.get(name);
    if (at !== undefined && performance.now() - at > HEARTBEAT_STALE_MS) this.forget(name);
  }
}

/** For the model whose name it is. */
export function warningOf(name: string): string {
  return `An original cc2cc server uses the name "${name}" too and reads the same inbox, so it may take messages that are meant for you. To get an inbox of your own, call register with another name.`;
}

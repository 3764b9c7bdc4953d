import { randomUUID } from 'node:crypto';
import { Cc2ccError } from '../protocol/errors.js';
import { Absence } from './absence.js';
import { currentName } from '../mail/directory.js';
import { describeAgent, isThere } from './directory.js';
import { postNotice } from './idle-notice.js';
import {
  readWatches,
  WATCH_HOURS,
  writeWatches,
  type Outcome,
  type Watch,
} from './idle-watches.js';
import type { Office } from './office.js';

/** A model that asks for everybody in a loop must not fill the memory. */
const MAX_WATCHES = 1_000;

/** What an agent that asks is told at once. With `idle` and `away` nothing is registered. */
export type Asked = 'idle' | 'away' | 'busy' | 'unknown';

/**
 * Tells agents once when another one becomes idle, leaves, or does neither for {@link WATCH_HOURS}.
 * The notice is a message like any other: it waits for an asker that is away. What is waited for lies
 * in a file, since the daemon may be replaced meanwhile.
 */
export class IdleNotices {
  readonly #office: Office;
  readonly #path: string;
  readonly #absence: Absence;
  #watches: Watch[];
  /** Ids of watches whose notice is being written. */
  readonly #telling = new Set<string>();
  #closed: 'ending' | 'superseded' | undefined;

  /** @param path where the watches are kept */
  constructor(office: Office, path: string) {
    this.#office = office;
    this.#path = path;
    this.#absence = new Absence(office);
    this.#watches = readWatches(path, office.log);
  }

  /**
   * An agent wants to know when another one is done. Asking again begins the time anew.
   *
   * @param agent a known agent's name of now, not the asker's own
   * @throws Cc2ccError E_LIMIT, E_STORE: nothing has changed then
   */
  ask(asker: string, agent: string): Asked {
    const all = this.#watches;
    const before = all.find((watch) => this.#isOpen(watch, asker, agent));
    // Set aside during the look at the agent: what that finds out, the answer tells.
    const others = all.filter((watch) => watch !== before);
    this.#watches = others;
    try {
      const found = this.#stateOf(agent);
      if (found === 'busy' || found === 'unknown') this.#add(before?.id, asker, agent);
      if (this.#watches.length !== others.length || before !== undefined) this.#save();
      this.#mark();
      return found;
    } catch (error) {
      this.#watches = [...others, ...(before === undefined ? [] : [before])];
      throw error;
    }
  }

  /** Something may have changed: an agent's activity, its presence, or just the time. */
  look(): void {
    if (this.#closed !== undefined) return;
    const now = Date.now();
    let decided = false;
    for (const watch of this.#watches) {
      if (watch.outcome !== undefined) continue;
      const what = this.#outcomeOf(watch, now);
      if (what === undefined) continue;
      watch.outcome = { what, at: now };
      decided = true;
    }
    if (decided) this.#trySave();
    for (const watch of this.#watches) {
      if (watch.outcome !== undefined) this.#tell(watch, watch.outcome);
    }
  }

  /** A session has attached under this name. */
  attached(name: string): void {
    this.#absence.attached(name);
    this.#mark();
  }

  /** The agent bears another name; another one may take the old name at once. */
  renamed(old: string, name: string): void {
    this.#absence.attached(name);
    const concerned = this.#watches.filter(({ asker, agent }) => asker === old || agent === old);
    for (const watch of concerned) {
      if (watch.asker === old) watch.asker = name;
      if (watch.agent === old) watch.agent = name;
    }
    if (concerned.length > 0) this.#trySave();
    this.#mark();
  }

  /** What is not told by now is left to the next daemon; it has the file already when it drives us out. */
  close(why: 'ending' | 'superseded'): void {
    this.#closed = why;
  }

  #add(id: string | undefined, asker: string, agent: string): void {
    if (this.#watches.length >= MAX_WATCHES) {
      throw new Cc2ccError('E_LIMIT', `Notices of ${MAX_WATCHES} agents are waited for already.`, {
        hint: 'Look at list_agents instead.',
      });
    }
    const deadline = Date.now() + WATCH_HOURS * 60 * 60 * 1000;
    this.#watches = [...this.#watches, { id: id ?? randomUUID(), asker, agent, deadline }];
  }

  #stateOf(agent: string): Asked {
    const { status, where } = describeAgent(this.#office, agent);
    if (status === 'idle' || status === 'busy') return status;
    // One that is attached here and offline has said goodbye.
    if (where === 'here') return status === 'offline' ? 'away' : 'unknown';
    return isThere(this.#office, agent) ? 'unknown' : 'away';
  }

  #outcomeOf({ agent, deadline }: Watch, now: number): Outcome | undefined {
    const name = currentName(this.#office, agent);
    if (this.#office.agent(name)?.activity.state === 'idle') return 'idle';
    if (this.#absence.hasLeft(name)) return 'left';
    return now >= deadline ? 'neither' : undefined;
  }

  #tell(watch: Watch, outcome: NonNullable<Watch['outcome']>): void {
    if (this.#telling.has(watch.id)) return;
    this.#telling.add(watch.id);
    void postNotice(this.#office, watch, outcome)
      .then(() => {
        this.#watches = this.#watches.filter((other) => other !== watch);
        this.#trySave();
        this.#mark();
      })
      .catch((error: unknown) => {
        // The next round tries again.
        this.#office.log.error({ err: error, to: watch.asker }, 'cannot tell who is idle or gone');
      })
      .finally(() => this.#telling.delete(watch.id));
  }

  #isOpen(watch: Watch, asker: string, agent: string): boolean {
    if (watch.outcome !== undefined) return false; // its notice is on the way already
    const isNow = (old: string, name: string): boolean => currentName(this.#office, old) === name;
    return isNow(watch.asker, asker) && isNow(watch.agent, agent);
  }

  /** Lets the evidence watch look at what the client of a watched session notes. */
  #mark(): void {
    const names = new Set(this.#watches.map(({ agent }) => currentName(this.#office, agent)));
    for (const session of this.#office.sessions) {
      session.isWatched = session.agent !== undefined && names.has(session.agent.name);
    }
    if (names.size > 0) this.#office.evidence.wake();
    this.#absence.keepOnly(names);
  }

  /** @throws Cc2ccError E_STORE */
  #save(): void {
    if (this.#closed !== 'superseded') writeWatches(this.#path, this.#watches);
  }

  /** What cannot be noted is still known as long as this daemon lives. */
  #trySave(): void {
    try {
      this.#save();
    } catch (error) {
      this.#office.log.warn({ err: error }, 'cannot note who waits for whom');
    }
  }
}

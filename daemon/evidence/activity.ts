import type { ClientState } from './client-files.js';

/** What a session does at this moment. `unknown`: neither hooks nor the client's files tell. */
export type ActivityState = 'busy' | 'idle' | 'unknown';

/**
 * Whether a session works on a turn, from what its hooks report and from the client's own session
 * file. Times are milliseconds of a clock that nobody sets.
 */
export class Activity {
  #state: ActivityState = 'unknown';
  #turnEnded = -Infinity;
  readonly #listeners: ((state: ActivityState) => void)[] = [];

  get state(): ActivityState {
    return this.#state;
  }

  /** When a turn ended last that we know of; -Infinity before the first. */
  get turnEnded(): number {
    return this.#turnEnded;
  }

  /** The listener is told of every change from now on. */
  onChange(listener: (state: ActivityState) => void): void {
    this.#listeners.push(listener);
  }

  /** A hook has reported the beginning or the end of a turn, or work within one. */
  reported(state: 'busy' | 'idle', now = performance.now()): void {
    this.#change(state, now);
  }

  /** The client's file says so. It is written at once, also when a turn is interrupted. */
  read(client: ClientState | undefined, now = performance.now()): void {
    if (client?.busy === undefined) return;
    // We look now and then, and a turn that ended before a push says nothing of it.
    const age = client.since === undefined ? 0 : Math.max(0, Date.now() - client.since);
    this.#change(client.busy ? 'busy' : 'idle', now - age);
  }

  #change(state: 'busy' | 'idle', now: number): void {
    if (state === this.#state) return;
    if (state === 'idle' && this.#state === 'busy') this.#turnEnded = now;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Times after which a push without a sign is taken for lost, milliseconds. */
export interface Patience {
  /** On a session that is idle, or of which nothing is known. */
  idleMs: number;
  /** After the end of a turn that followed the push: time for the client to write and report. */
  turnMs: number;
}

/**
 * Whether a session has moved on without a sign of a message that was pushed to it.
 *
 * @param pushedAt when it was handed to the lane
 */
export function isOverdue(
  pushedAt: number,
  { state, turnEnded }: Pick<Activity, 'state' | 'turnEnded'>,
  { idleMs, turnMs }: Patience,
  now: number,
): boolean {
  if (turnEnded > pushedAt) return now - turnEnded >= turnMs;
  return state !== 'busy' && now - pushedAt >= idleMs;
}

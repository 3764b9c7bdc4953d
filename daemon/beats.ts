import { storeError } from '../protocol/errors.js';
import { every } from './every.js';
import { beat } from './identity.js';
import type { Office } from './office.js';

/**
 * Between two heartbeats, at most. Others take one older than 15 s for dead, and the original then
 * refuses to send; a late round must not make it so.
 */
const MAX_BEAT_MS = 10_000;

/** The heartbeats of the attached sessions. */
export class Beats {
  readonly #office: Office;
  readonly #isDue: () => boolean;
  #problems: string[] = [];

  constructor(office: Office) {
    this.#office = office;
    this.#isDue = every(beatIntervalMs(office.config.roundMs));
  }

  /**
   * Writes them where they are due, and those that an original server has replaced or, when it
   * cleaned up, removed. Called in every round.
   *
   * @returns what has gone wrong since they were due last
   */
  write(): readonly string[] {
    const { root, sessions, rivals } = this.#office;
    const lost = [...sessions].filter((session) => rivals.look(session));
    const isDue = this.#isDue();
    const mine = isDue ? [...sessions] : lost;
    const errors = mine.map((session) => beat(this.#office, session));
    const error = errors.find((found) => found !== undefined);
    if (error !== undefined) this.#problems = [storeError('write heartbeats', root, error).message];
    else if (isDue) this.#problems = [];
    return this.#problems;
  }
}

/**
 * After how many milliseconds they are due with the next round: each second one, unless that is too
 * long. Each heartbeat costs a millisecond, most of what an idle daemon does: replacing a file makes
 * the disk work.
 */
export function beatIntervalMs(roundMs: number): number {
  return (2 * roundMs <= MAX_BEAT_MS ? 1.75 : 0.75) * roundMs;
}

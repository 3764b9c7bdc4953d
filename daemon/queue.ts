import { turnedAway, type Standing, type StandingOf } from '../mail/standing.js';
import { byPlace, inOrder, type Entry, type Place } from './entry.js';

/**
 * The entries of one mailbox that nobody was handed yet, and what the user's word means for them: which
 * may be handed over, which wait until a person approves them, which are turned away after all. Kept apart
 * from the others, so that an arrival costs nothing for what lies around.
 */
export class Queue {
  readonly #entries = new Map<string, Entry>();
  /** Of these, the ids of those that were held when they were judged last. */
  readonly #held = new Set<string>();
  readonly #standing: StandingOf;
  /** Whose mailbox it is. */
  readonly #owner: () => string;

  constructor(standing: StandingOf, owner: () => string) {
    this.#standing = standing;
    this.#owner = owner;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    this.#judge(entry);
  }

  delete(id: string): void {
    this.#entries.delete(id);
    this.#held.delete(id);
  }

  /**
   * Entries that may be handed over, in queue order; those whose time is up do not count, nor those that
   * wait for a person's word.
   *
   * @param end the place from which on others may come in between
   */
  ready(now: number, end: Place | undefined): Entry[] {
    if (end?.sentAt === -Infinity) return [];
    const ready: Entry[] = [];
    for (const [id, entry] of this.#entries) {
      // What a person has to look at stays so until it is judged again: there may be thousands.
      if (this.#held.has(id) || entry.expiresAt <= now) continue;
      if (end !== undefined && byPlace(entry, end) > 0) continue;
      if (this.mayPass(entry)) ready.push(entry);
    }
    return inOrder(ready);
  }

  /** Entries that are held until a person approves them, in queue order. */
  held(): Entry[] {
    return inOrder([...this.#entries.values()].filter((entry) => this.isHeld(entry)));
  }

  /** Judges all anew; the reasons of those that are not wanted any more. */
  *judge(): Generator<[Entry, string]> {
    for (const entry of [...this.#entries.values()]) {
      const standing = this.#judge(entry);
      if (entry.taken || entry.committed !== undefined) continue;
      const reason = turnedAway(standing, entry.subject.from, this.#owner());
      if (reason !== undefined) yield [entry, reason];
    }
  }

  /** Whether nobody may be given it before a person approves it. */
  isHeld(entry: Entry): boolean {
    return this.#standingOf(entry).kind === 'held';
  }

  mayPass(entry: Entry): boolean {
    return this.#standingOf(entry).kind === 'passed';
  }

  #judge(entry: Entry): Standing {
    const standing = this.#standingOf(entry);
    if (standing.kind === 'held') this.#held.add(entry.id);
    else this.#held.delete(entry.id);
    return standing;
  }

  #standingOf({ trust }: Entry): Standing {
    return this.#standing(trust, this.#owner());
  }
}

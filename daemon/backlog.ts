import { bearsTime, timeOfId } from '../protocol/ids.js';
import type { Place } from './entry.js';

/** Before everything else. */
const FIRST: Place = { sentAt: -Infinity, id: '' };

/**
 * The files of an inbox that are there and were not read yet. Reading a hundred thousand takes seconds, in
 * which nobody else is served, so they are read a few at a time. Our ids tell when they were made, so their
 * names sort by time and the oldest ones can be read first. Names of other kinds tell nothing: those files
 * are read before all others.
 */
export class Backlog {
  /** In the order of reading, the next one last. */
  #queue: string[] = [];
  /** Those in the queue that were not read in between; made when somebody asks, as it takes 10 ms. */
  #left: Set<string> | undefined;

  get size(): number {
    return this.#left?.size ?? this.#queue.length;
  }

  has(name: string): boolean {
    return this.size > 0 && this.#index().has(name);
  }

  /** Adds names of files, each once. */
  add(names: readonly string[]): void {
    const all = this.size === 0 ? names : new Set([...this.#index(), ...names]);
    const odd: string[] = [];
    const dated: string[] = [];
    for (const name of all) (isDated(name) ? dated : odd).push(name);
    this.#queue = [...dated.sort().reverse(), ...odd];
    this.#left = undefined;
  }

  clear(): void {
    this.#queue = [];
    this.#left = undefined;
  }

  /** Takes out one that is read now. False when it is none of these. */
  withdraw(name: string): boolean {
    return this.size > 0 && this.#index().delete(name);
  }

  /** Takes out one after another, as long as somebody asks for the next. */
  *drain(): Generator<string> {
    for (let name = this.#next(); name !== undefined; name = this.#next()) {
      this.#queue.pop();
      this.#left?.delete(name);
      yield name;
    }
  }

  /** Messages from here on may have others before them that were not read yet; undefined when none has. */
  get begins(): Place | undefined {
    const name = this.#next();
    if (name === undefined) return undefined;
    const sentAt = isDated(name) ? timeOfId(idOf(name)) : undefined;
    return sentAt === undefined ? FIRST : { sentAt, id: idOf(name) };
  }

  /** The next one, past those that were withdrawn. */
  #next(): string | undefined {
    for (let name = this.#queue.at(-1); name !== undefined; name = this.#queue.at(-1)) {
      if (this.#left?.has(name) !== false) return name;
      this.#queue.pop();
    }
    return undefined;
  }

  #index(): Set<string> {
    return (this.#left ??= new Set(this.#queue));
  }
}

const ENDING = '.json';

function idOf(name: string): string {
  return name.slice(0, -ENDING.length);
}

function isDated(name: string): boolean {
  return name.endsWith(ENDING) && bearsTime(idOf(name));
}

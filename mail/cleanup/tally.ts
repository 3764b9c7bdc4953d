import {
  CLEANUP_KINDS,
  type CleanupKind,
  type CleanupReport,
} from '../../protocol/cleanup-report.js';
import type { Item } from './scene.js';

/** A report must fit into one line of the socket, and who reads more than this reads numbers. */
const MAX_LISTED = 1000;
const MAX_PROBLEMS = 20;

/** Adds up what a cleanup does. */
export class Tally {
  readonly #sums = new Map<CleanupKind, { count: number; bytes: number }>();
  readonly #items: CleanupReport['items'] = [];
  readonly #problems: string[] = [];
  #unlisted = 0;

  add({ kind, path, bytes, why }: Omit<Item, 'remove'>): void {
    const sum = this.#sums.get(kind) ?? { count: 0, bytes: 0 };
    this.#sums.set(kind, { count: sum.count + 1, bytes: sum.bytes + bytes });
    if (this.#items.length < MAX_LISTED) this.#items.push({ kind, path, bytes, why });
    else this.#unlisted += 1;
  }

  fail(problem: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }

  report(dryRun: boolean, keepDays: number): CleanupReport {
    return {
      dryRun,
      keepDays,
      kinds: CLEANUP_KINDS.flatMap((kind) => {
        const sum = this.#sums.get(kind);
        return sum === undefined ? [] : [{ kind, ...sum }];
      }),
      items: this.#items,
      unlisted: this.#unlisted,
      problems: this.#problems,
    };
  }
}

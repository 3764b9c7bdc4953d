import { setImmediate } from 'node:timers/promises';
import type { CleanupKind } from '../../protocol/cleanup-report.js';

/** One thing that may go. */
export interface Item {
  kind: CleanupKind;
  /** Relative to the bridge root. */
  path: string;
  /** That become free. */
  bytes: number;
  /** Why it may go, for people. */
  why: string;
  /**
   * Looks again, and lets it go if it still may.
   *
   * @returns false when it has changed since it was listed
   */
  remove: () => boolean | Promise<boolean>;
}

/** A bridge root at one moment, and what must be known to judge what is in it. */
export interface Scene {
  root: string;
  host: string;
  /** Milliseconds for which what has ended is kept; Infinity: for ever. */
  keepMs: number;
  /** Epoch milliseconds. */
  now: number;
  /** Whether the agent is attached to whoever asks. */
  isAttached: (name: string) => boolean;
  /** Awaited between two steps: others have their turn when this one has taken long. */
  breathe: () => Promise<void>;
}

/** Lists what may go of one sort; a helper of the cleanup hands in its own. */
export type Source = (scene: Scene) => AsyncIterable<Item>;

/** Messages wait for nobody's cleanup longer than this. */
const SLICE_MS = 4;

/** A {@link Scene.breathe} for a process that has other things to do. */
export function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

/** "7 days", "1 day", "12 hours". */
export function spanOf(ms: number): string {
  const hours = ms / 3_600_000;
  const [count, unit] = hours >= 24 ? [hours / 24, 'day'] : [hours, 'hour'];
  const rounded = Math.round(count * 100) / 100;
  return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}

/** Whether something that ended, or was last touched, at `since` has been kept long enough. */
export function isOver({ now, keepMs }: Scene, since: number): boolean {
  return now - since > keepMs;
}

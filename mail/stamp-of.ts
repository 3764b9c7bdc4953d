import { lstatSync } from 'node:fs';

/** What was changed so lately may be changed again without another time. */
const YOUNG_MS = 2_000;

/**
 * Tells one state of a file or folder from another, `missing` too. Undefined when it can be changed again
 * and look the same, or cannot be looked at.
 */
export function stampOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    const age = Math.abs(Date.now() - Number(stats.ctimeMs));
    if (age < YOUNG_MS) return undefined;
    return [stats.ino, stats.dev, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
  } catch {
    return undefined; // reading it says why
  }
}

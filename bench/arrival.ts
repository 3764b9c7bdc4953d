import { handled } from '../scripts/journal.js';
import type { LineChild } from '../scripts/line-child.js';

const DEADLINE_MS = 10_000;

/** When the line that holds `mark` came out of the child's stdout, by `performance.now()`. */
export function arrivalOf(child: LineChild, mark: string): Promise<number> {
  const wanted = Buffer.from(mark);
  const arrived = new Promise<number>((resolve, reject) => {
    const stop = child.onLine((line) => {
      const now = performance.now();
      if (!line.includes(wanted)) return;
      clearTimeout(deadline);
      stop();
      resolve(now);
    });
    const deadline = setTimeout(() => {
      stop();
      const why = child.ended ?? `not within ${DEADLINE_MS} ms`;
      reject(new Error(`"${mark}" did not arrive: ${why}. ${child.stderr.trim()}`));
    }, DEADLINE_MS);
  });
  return handled(arrived);
}

/**
 * For a daemon that is watched, by `NODE_OPTIONS=--import`: at each SIGUSR2 it collects what is garbage
 * and writes what is left, and what keeps its event loop alive, to the file that `CC2CC_TEST_HEAP` names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { collectGarbage } from '../../support/garbage.js';

/** What a process holds, in bytes; and its handles by sort. */
export interface Heap {
  used: number;
  outside: number;
  handles: Record<string, number>;
}

const file = process.env['CC2CC_TEST_HEAP'];
if (file !== undefined) {
  process.on('SIGUSR2', () => {
    // Twice, a turn apart: what finalisers let go in the first is only collected in the second.
    collectGarbage();
    setImmediate(() => {
      collectGarbage();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      const handles: Record<string, number> = {};
      for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
      const heap: Heap = { used: heapUsed, outside: external + arrayBuffers, handles };
      writeFileSync(`${file}.new`, JSON.stringify(heap));
      renameSync(`${file}.new`, file);
    });
  });
}

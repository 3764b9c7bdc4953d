import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxed } from './sandboxed.js';
import { median } from './stats.js';

const FILES = 50;

/**
 * One sentence on the disk that the figures were taken on. Every send makes a file, and where many
 * files were removed lately that alone has been seen to take 0.9 ms instead of 0.01: without this,
 * such a run looks like a regression.
 */
export function describeDisk(): Promise<string> {
  return sandboxed(async ({ dir }) => {
    const [made, synced]: [number[], number[]] = [[], []];
    for (let i = 0; i < FILES; i += 1) {
      const start = performance.now();
      const fd = openSync(join(dir, `${i}.json`), 'wx', 0o600);
      made.push(performance.now() - start);
      writeSync(fd, 'x'.repeat(500));
      const written = performance.now();
      fsyncSync(fd);
      synced.push(performance.now() - written);
      closeSync(fd);
    }
    const [make, sync] = [median(made).toFixed(3), median(synced).toFixed(3)];
    return `In ${tmpdir()}: ${make} ms to make a file, ${sync} ms to sync it. TMPDIR chooses another.`;
  });
}

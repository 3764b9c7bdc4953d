/**
 * Loaded into a daemon before anything of its own (`node --import`): at SIGUSR2 it collects garbage and
 * writes what is left to the file that SOAK_PROBE names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { collectGarbage } from '../support/garbage.js';

/** What a daemon holds. */
export interface Held {
  /** Bytes in use after a collection. */
  heap: number;
  /** Timers that have neither run out nor been cleared. */
  timers: number;
}

interface Timer {
  _destroyed?: boolean;
}

const alive = new Set<WeakRef<Timer>>();
countTimers();

process.on('SIGUSR2', () => {
  collectGarbage();
  for (const ref of alive) if (ref.deref()?._destroyed !== false) alive.delete(ref);
  const held: Held = { heap: process.memoryUsage().heapUsed, timers: alive.size };
  const file = process.env['SOAK_PROBE'];
  if (file === undefined) return;
  writeFileSync(`${file}.new`, JSON.stringify(held));
  renameSync(`${file}.new`, file);
});

/** Node tells only of timers that keep the process alive; a daemon's mostly do not. */
function countTimers(): void {
  const timers = createRequire(import.meta.url)('node:timers') as Record<string, unknown>;
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const original = timers[name] as (...args: unknown[]) => Timer;
    const counting = (...args: unknown[]): Timer => {
      const timer = original(...args);
      alive.add(new WeakRef(timer));
      // One that runs out often must not fill the set between two looks.
      if (alive.size > 50_000) {
        for (const ref of alive) if (ref.deref()?._destroyed !== false) alive.delete(ref);
      }
      return timer;
    };
    // util.promisify and the like look for more than a function.
    Object.defineProperties(counting, Object.getOwnPropertyDescriptors(original));
    timers[name] = counting;
    (globalThis as Record<string, unknown>)[name] = counting;
  }
  syncBuiltinESMExports();
}

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../support/sandbox.js';

/** A clock that a test sets, for every program that is started with its environment. */
export interface Clock {
  env: Record<string, string>;
  /** So many milliseconds away from the true time, from now on. */
  set: (offsetMs: number) => void;
}

/**
 * `Date` of the programs is moved, as it is when somebody sets the system's clock; timers and
 * `performance.now()` go on as they do then.
 */
export function clockFor(sandbox: Sandbox): Clock {
  const file = join(sandbox.dir, 'clock');
  const preload = join(sandbox.dir, 'clock.cjs');
  writeFileSync(
    preload,
    `const { readFileSync } = require('node:fs');
     const Real = Date;
     const offset = () => {
       try { return Number(readFileSync(${JSON.stringify(file)}, 'utf8')); } catch { return 0; }
     };
     globalThis.Date = class Date extends Real {
       constructor(...args) { args.length === 0 ? super(Real.now() + offset()) : super(...args); }
       static now() { return Real.now() + offset(); }
     };`,
  );
  return {
    env: { NODE_OPTIONS: `--require ${preload}` },
    set: (offsetMs) => {
      if (offsetMs === 0) rmSync(file, { force: true });
      else writeFileSync(file, String(offsetMs));
    },
  };
}

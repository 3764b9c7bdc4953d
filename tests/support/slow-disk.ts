import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type OwnDaemon } from './daemon.js';
import type { Extras, Sandbox } from './sandbox.js';

/** A daemon whose disk takes so long for every sync; what lies in between is as long as a test needs. */
export function startSlowDaemon(
  sandbox: Sandbox,
  ms: number,
  extras: Extras = {},
): Promise<OwnDaemon> {
  const preload = join(sandbox.dir, 'slow-disk.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     const { fsync } = fs;
     fs.fsync = (fd, done) => setTimeout(() => fsync(fd, done), ${ms});
     require('node:module').syncBuiltinESMExports();`,
  );
  return startDaemon(sandbox, { ...extras, NODE_OPTIONS: `--require ${preload}` });
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type OwnDaemon } from './daemon.js';
import type { Extras, Sandbox } from './sandbox.js';

/**
 * A daemon whose disk takes so long for every sync; what lies in between is as long as a test needs.
 *
 * @param of only for paths with this in them, which needs /proc
 */
export function startSlowDaemon(
  sandbox: Sandbox,
  ms: number,
  extras: Extras = {},
  of = '',
): Promise<OwnDaemon> {
  const preload = join(sandbox.dir, 'slow-disk.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     const { fsync } = fs;
     const of = ${JSON.stringify(of)};
     const isSlow = (fd) => of === '' || fs.readlinkSync('/proc/self/fd/' + fd).includes(of);
     fs.fsync = (fd, done) => {
       if (isSlow(fd)) setTimeout(() => fsync(fd, done), ${ms});
       else fsync(fd, done);
     };
     require('node:module').syncBuiltinESMExports();`,
  );
  return startDaemon(sandbox, { ...extras, NODE_OPTIONS: `--require ${preload}` });
}

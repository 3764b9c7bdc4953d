import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HostPaths } from '../../../protocol/host-paths.js';

/** A user of their own: a throw-away home with a bridge root and a token. */
export interface Home {
  dir: string;
  root: string;
  env: Record<string, string>;
  paths: HostPaths;
  token: string;
}

const HOST_PATHS = new URL('../../../protocol/host-paths.js', import.meta.url).href;

/** The environment holds nothing of ours; and nothing may start a real daemon. */
export function makeHome(t: TestContext): Home {
  // Not below the runner's own folder, whose path may be too long for a socket.
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'cc2cc-s-')));
  t.after(() => {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const root = join(dir, 'root');
  mkdirSync(root, { mode: 0o700 });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    USERPROFILE: dir,
    XDG_STATE_HOME: join(dir, 'state'),
    CC2CC_BRIDGE_DIR: root,
    CC2CC_NO_LAUNCH: '1',
  };
  const paths = pathsIn(env, root);
  mkdirSync(dirname(paths.token), { recursive: true, mode: 0o700 });
  const token = randomBytes(32).toString('hex');
  writeFileSync(paths.token, `${token}\n`, { mode: 0o600 });
  return { dir, root, env, paths, token };
}

/** Asked in that environment: the home folder is read when a process starts. */
function pathsIn(env: Record<string, string>, root: string): HostPaths {
  const script = `import { hostPaths } from ${JSON.stringify(HOST_PATHS)};
    console.log(JSON.stringify(hostPaths(${JSON.stringify(root)})))`;
  const args = ['--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as HostPaths;
}

export const SHIM = fileURLToPath(new URL('../../../bin/cc2cc-shim.cjs', import.meta.url));

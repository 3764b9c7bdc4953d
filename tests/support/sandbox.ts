import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HostPaths } from '../../protocol/host-paths.js';
import { guardEnvironment } from './guard.js';
import { endDaemons } from './daemon.js';

export type Extras = Readonly<Record<string, string | undefined>>;

/** A throw-away home with every path of ours in it, and what runs there. */
export interface Sandbox {
  /** The folder that holds everything; its real path, so that keys derived from paths agree. */
  readonly dir: string;
  readonly home: string;
  /** The bridge root; nobody has made it yet. */
  readonly root: string;
  /** A folder for sessions to work in. */
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
  /** The environment with additions; `undefined` takes a variable away. */
  envWith: (extras: Extras) => Record<string, string>;
  /** Paths as a process in this sandbox sees them, with the bridge root that `extras` may set. */
  hostPaths: (extras?: Extras) => HostPaths;
  /** Runs before the daemons end and the folder goes; the last one first. */
  defer: (step: () => unknown) => void;
  /** Ends what runs in the sandbox; the files stay. */
  end: () => Promise<void>;
  /** Ends what runs in the sandbox and removes it. */
  cleanup: () => Promise<void>;
}

/** Windows programs do not start without these. */
const SYSTEM = ['PATH', 'SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'USERNAME'];

/**
 * Makes a sandbox. In a test: `t.after(() => sandbox.cleanup())`.
 *
 * @param extras variables for everything that runs in it
 * @throws Error when a path in the environment leads out of it
 */
export function makeSandbox(extras: Extras = {}): Sandbox {
  // Short: a socket path in it must stay below 100 bytes.
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'c2-')));
  const home = join(dir, 'home');
  const work = join(dir, 'work');
  const folders = {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(dir, 'roaming'),
    LOCALAPPDATA: join(dir, 'local'),
    TMPDIR: join(dir, 'tmp'),
    TEMP: join(dir, 'tmp'),
    TMP: join(dir, 'tmp'),
    XDG_RUNTIME_DIR: join(dir, 'run'),
    XDG_STATE_HOME: join(dir, 'state'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    XDG_CACHE_HOME: join(dir, 'cache'),
    XDG_DATA_HOME: join(dir, 'data'),
  };
  for (const folder of [work, ...Object.values(folders)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const root = join(dir, 'root');
  const system = Object.fromEntries(SYSTEM.map((name) => [name, process.env[name]]));
  // A test or a bench sends more, and more of the same, than agents should.
  const limits = { CC2CC_RATE: 'off', CC2CC_REPEAT_SECONDS: '0' };
  // A service manager is the user's own, wherever its files are.
  const ours = { CC2CC_NO_SERVICE_MANAGER: '1' };
  const given = { ...system, ...folders, CC2CC_BRIDGE_DIR: root, ...limits, ...ours, ...extras };
  const env = Object.freeze(guardEnvironment(dir, given));

  const steps: (() => unknown)[] = [];
  let ended = false;
  const envWith = (more: Extras): Record<string, string> => {
    // Whoever still runs when a test is over must not start what nobody would end.
    if (ended) throw new Error(`The sandbox ${dir} has ended: nothing can be started in it.`);
    return guardEnvironment(dir, { ...env, ...more });
  };
  const end = async (): Promise<void> => {
    ended = true;
    const errors: unknown[] = [];
    for (const step of [...steps.splice(0).reverse(), () => endDaemons({ env })]) {
      try {
        await step();
      } catch (error) {
        errors.push(error); // the other steps still have to run
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
  };
  return {
    dir,
    home,
    work,
    env,
    root: env['CC2CC_BRIDGE_DIR'] ?? root,
    envWith,
    hostPaths: (more = {}) => askForPaths(envWith(more)),
    defer: (step) => steps.push(step),
    end,
    cleanup: async () => {
      try {
        await end();
      } finally {
        rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      }
    },
  };
}

/** A sandbox that is gone after the test. */
export function sandboxFor(t: TestContext, extras: Extras = {}): Sandbox {
  const sandbox = makeSandbox(extras);
  t.after(() => sandbox.cleanup());
  return sandbox;
}

/** env-paths looks at the process it runs in when it is loaded, so a process of the sandbox asks. */
function askForPaths(env: Record<string, string>): HostPaths {
  const script = fileURLToPath(new URL('print-paths.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status !== 0) throw new Error(`The paths of the sandbox could not be had: ${stderr}`);
  return JSON.parse(stdout) as HostPaths;
}

import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hostId, hostPaths, type HostPaths } from '../protocol/host-paths.js';
import { assertFormat } from '../mail/format.js';
import { Keyring } from '../mail/keyring.js';
import { bridgeRoot } from '../protocol/paths.js';
import { ensurePrivateFolder } from '../protocol/private-folder.js';
import { version } from '../protocol/version.js';
import { loadConfig, type Config } from '../protocol/config.js';
import { Counter } from './counter.js';
import { departure } from './departure.js';
import { Cleaning } from './cleaning.js';
import { Expiry } from './expiry.js';
import { HookDesk } from './hooks.js';
import { becomeInstance, type Instance, type Occupied } from './instance.js';
import { listenForHellos } from './listener.js';
import { openLog, type Log, type LogFile } from './log.js';
import { Office } from './office.js';
import { statusReport } from './report.js';
import { prepareRoot } from './root.js';
import { beginRounds, type Rounds } from './rounds.js';
import { makeService } from './serve.js';
import { shutDown, type Ending } from './shutdown.js';

/** A daemon that has begun its work. */
export interface RunningDaemon {
  pid: number;
  socket: string;
  log: Log;
  /** Ends it; harmless when it is ending already. */
  end: (ending: Ending) => void;
  ended: Promise<Ending>;
}

/** What a daemon is told, and where it works. */
export interface Prepared {
  root: string;
  paths: HostPaths;
  config: Config;
}

/**
 * All that can be found wrong before anything depends on this daemon. Changes nothing that another
 * daemon uses.
 *
 * @throws Cc2ccError E_USAGE, E_STORE, E_UNSAFE, E_PATH, E_FORMAT
 */
export function prepare(): Prepared {
  process.umask(0o077);
  ensurePrivateFolder(bridgeRoot());
  const root = bridgeRoot(); // again: links can be resolved now that it exists
  assertFormat(root);
  const paths = hostPaths(root);
  const config = loadConfig(paths.config);
  ensurePrivateFolder(paths.state);
  ensurePrivateFolder(dirname(paths.log));
  return { root, paths, config };
}

/**
 * Runs the daemon of the bridge root in this process.
 *
 * @returns who has the place already, if somebody has
 * @throws Cc2ccError as {@link prepare}, E_START: before anybody relies on it
 */
export async function runDaemon(): Promise<RunningDaemon | Occupied> {
  const { root, paths, config } = prepare();
  const logFile = openLog(paths.log, config);
  // What can fail comes before anybody is told where to find us.
  prepareRoot(root);
  new Keyring(root).ensure();
  const instance = await becomeInstance(root, paths);
  if (!('server' in instance)) return instance;
  try {
    return work({ root, paths, config }, instance, logFile);
  } catch (error) {
    instance.withdraw(); // nobody was welcomed; the next daemon finds the place free
    throw error;
  }
}

/** Opens the office and the door. */
function work(
  { root, paths, config }: Prepared,
  instance: Instance,
  logFile: LogFile,
): RunningDaemon {
  const { log } = logFile;
  rmSync(paths.stopped, { force: true });
  const office = new Office({
    root,
    host: hostId(),
    instance: instance.id,
    idleWatches: join(paths.state, 'idle-watches.json'),
    config,
    log,
  });

  let ending: Ending | undefined;
  let resolveEnded: (ending: Ending) => void;
  const ended = new Promise<Ending>((resolve) => (resolveEnded = resolve));
  const end = (why: Ending): void => {
    if (ending !== undefined) return;
    ending = why;
    void shutDown({ office, instance, rounds, paths }, why)
      .catch((error: unknown) => {
        log.error({ err: error }, 'shutdown failed');
      })
      .then(() => {
        resolveEnded(why);
      });
  };
  for (const file of [office.rules, office.trust]) {
    file.watch(() => {
      office.offerAll();
    });
  }
  const expiry = new Expiry(office);
  const cleaning = new Cleaning(office, expiry, paths.locks);
  const rounds: Rounds = beginRounds(
    office,
    { expiry, cleaning },
    logFile,
    departure(root, instance.isCurrent, config.roundMs),
    ({ ending, why }) => {
      log.warn(why);
      end(ending);
    },
  );
  const control = {
    status: () => statusReport(office, instance, paths, rounds),
    stop: end,
    hooks: new HookDesk(office),
    counter: new Counter(office),
    cleaning,
  };
  listenForHellos(
    instance,
    makeService(office, instance.id, control, () => ending !== undefined),
    log,
  );
  log.info({ version: version(), root, socket: instance.socket }, 'started');
  return { pid: process.pid, socket: instance.socket, log, end, ended };
}

import {
  explainConfig,
  loadConfig,
  loadConfigFile,
  type Config,
  type Explained,
} from '../../protocol/config.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { hostId, hostPaths, type HostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { configPath } from '../../protocol/settings/file.js';
import { NothingToLookAt } from './check.js';
import { askDaemon, type DaemonSeen } from './daemon-seen.js';
import { lookAt } from './look-at.js';
import { ourProcesses, type OurProcess } from './processes.js';

/** What several checks look at, found out when the first of them asks. */
export class Scene {
  readonly configPath = configPath();
  #root: string | undefined;
  #paths: HostPaths | undefined;
  #daemon: Promise<DaemonSeen> | undefined;
  #processes: OurProcess[] | undefined | null = null;

  /** The bridge root, which need not be there. */
  get root(): string {
    return (this.#root ??= orSkip(() => bridgeRoot()));
  }

  get paths(): HostPaths {
    const { root } = this;
    return (this.#paths ??= orSkip(() => hostPaths(root)));
  }

  get host(): string {
    return orSkip(() => hostId());
  }

  /** @throws NothingToLookAt where there is no folder, which a check of its own says */
  existingRoot(): string {
    if (lookAt(this.root)?.kind === 'folder') return this.root;
    throw new NothingToLookAt('there is no bridge root');
  }

  config(): Config {
    return orSkip(() => loadConfig(this.configPath));
  }

  settings(): Explained[] {
    return orSkip(() => explainConfig(this.configPath));
  }

  /** Settings that stand in the file and that a variable overrides, in words. */
  overridden(): string[] {
    const file = orSkip(() => loadConfigFile(this.configPath));
    return this.settings().flatMap(({ key, value, source, name }) => {
      const isHidden = source === 'variable' && Object.hasOwn(file, key) && file[key] !== value;
      return isHidden ? [`${key}: ${name ?? '?'} says ${String(value)}`] : [];
    });
  }

  /** What the daemon says; asked once. */
  daemon(): Promise<DaemonSeen> {
    return (this.#daemon ??= askDaemon(this.paths));
  }

  /** Our daemons and shims that run; undefined where the system does not tell. */
  processes(): OurProcess[] | undefined {
    if (this.#processes === null) this.#processes = ourProcesses();
    return this.#processes;
  }
}

/** A mistake in the settings is the failure of one check; the others have nothing to look at. */
function orSkip<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
    throw new NothingToLookAt('the settings cannot be read, see "Settings"');
  }
}

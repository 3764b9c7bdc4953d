import { CONFIG_KEYS, type Config, type Explained } from '../../protocol/config.js';
import { callDaemon } from '../../protocol/control.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { SESSION_SETTINGS } from '../../protocol/settings/session.js';

/** What the running daemon works by. */
export interface InForce {
  pid: number;
  config: Config;
}

/** Undefined where none runs, or it does not tell. */
export async function configInForce(): Promise<InForce | undefined> {
  try {
    const { pid, config } = await callDaemon(hostPaths(bridgeRoot()), 'status', {});
    return config === undefined ? undefined : { pid, config };
  } catch {
    return undefined; // `cc2cc-daemon status` says why
  }
}

/** The settings that the running daemon has other values of than would apply to one that starts now. */
export function differences(now: readonly Explained[], { config }: InForce): string[] {
  const isOther = ({ key, value, source }: Explained): boolean =>
    isConfigKey(key) &&
    // A session's variables do not reach the daemon.
    !(Object.hasOwn(SESSION_SETTINGS, key) && source === 'variable') &&
    (config[key] ?? null) !== (value ?? null);
  return now.filter(isOther).map(({ key }) => key);
}

function isConfigKey(key: string): key is keyof Config {
  return (CONFIG_KEYS as readonly string[]).includes(key);
}

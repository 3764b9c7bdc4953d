import { existsSync } from 'node:fs';
import { cleanUp } from '../../mail/cleanup/clean-up.js';
import { expiredItems } from '../../mail/cleanup/expired.js';
import { keyItems } from '../../mail/cleanup/keys.js';
import { underCleanupLock } from '../../mail/cleanup/lock.js';
import { registryOf } from '../../mail/directory.js';
import { Keyring } from '../../mail/keyring.js';
import type { CleanupReport } from '../../protocol/cleanup-report.js';
import { loadConfig } from '../../protocol/config.js';
import { ControlConnection } from '../../protocol/control-connection.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { hostId, hostPaths, type HostPaths } from '../../protocol/host-paths.js';
import { assertPrivateFolder, ensurePrivateFolder } from '../../protocol/private-folder.js';
import { within } from '../../protocol/within.js';
import { knownRoot } from '../cli/known-root.js';
import { say } from '../cli/output.js';

/** A hundred thousand files take a minute on a slow disk. */
const DEADLINE_MS = 10 * 60 * 1000;

/**
 * Cleans the bridge root up: through the daemon, which knows who is attached, or by the files alone
 * where none runs.
 *
 * @param keepDays instead of the configured ones
 * @throws Cc2ccError as the control connection, E_UNSAFE for a root that others may write to, E_LIMIT
 *   when another cleanup is under way
 */
export async function cleanUpRoot(
  dryRun: boolean,
  keepDays: number | undefined,
): Promise<CleanupReport> {
  const root = knownRoot();
  const paths = hostPaths(root);
  const connection = await daemonOf(paths);
  if (connection === undefined) return byFiles(root, paths, dryRun, keepDays);
  try {
    const params = { dryRun, ...(keepDays === undefined ? {} : { keepDays }) };
    return await within(DEADLINE_MS, 'cleanup', connection.call('cleanup', params));
  } finally {
    connection.close();
  }
}

/** @returns undefined when none runs */
async function daemonOf(paths: HostPaths): Promise<ControlConnection | undefined> {
  try {
    return await ControlConnection.open(paths);
  } catch (error) {
    if (error instanceof Cc2ccError && error.code === 'E_NO_DAEMON') return undefined;
    throw error;
  }
}

async function byFiles(
  root: string,
  paths: HostPaths,
  dryRun: boolean,
  wished: number | undefined,
): Promise<CleanupReport> {
  const { keepDays, ttl, encrypt } = loadConfig(paths.config);
  say('No daemon runs: the files are used.');
  const keys = new Keyring(root, { encrypt });
  const order = {
    root,
    host: hostId(),
    keepDays: wished ?? keepDays,
    dryRun,
    isAttached: () => false, // to no daemon of this host; heartbeats tell of others
    breathe: () => Promise.resolve(), // nobody else is here
    sources: [
      expiredItems({ registry: registryOf(root), ttl, seal: (notice) => keys.seal(notice) }),
      keyItems(keys),
    ],
  };
  if (!existsSync(root)) return cleanUp({ ...order, sources: [] });
  assertPrivateFolder(root);
  if (dryRun) return cleanUp(order);
  ensurePrivateFolder(paths.state);
  return underCleanupLock(paths.locks, () => cleanUp(order));
}

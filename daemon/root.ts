import { existsSync } from 'node:fs';
import { storeError } from '../protocol/errors.js';
import { makeFolder } from '../protocol/make-folder.js';
import { secureFolder } from '../protocol/own-folder.js';
import { rootPaths } from '../protocol/paths.js';
import { ensureFormat } from '../mail/format.js';
import { claimName } from '../mail/claim.js';
import { tasksFolder } from '../mail/tasks/paths.js';
import type { Office } from './office.js';

/**
 * Makes the folders that all agents share, and makes sure that those which are there are ours alone.
 *
 * @returns false when all were there
 * @throws Cc2ccError E_STORE, E_UNSAFE
 */
export function prepareRoot(root: string): boolean {
  const { status, agents, rejected, leases } = rootPaths(root);
  for (const folder of [status, agents, rejected, leases, tasksFolder(root)]) secureFolder(folder);
  const missing = [status, agents, rejected, leases].filter((folder) => !existsSync(folder));
  for (const folder of missing) {
    try {
      makeFolder(folder);
    } catch (error) {
      throw storeError('make the folder', folder, error);
    }
  }
  return missing.length > 0;
}

/**
 * Makes the root anew when somebody has removed it, or a part of it, under the running daemon. The
 * attached agents keep their names, whose leases are taken again.
 *
 * @returns whether that was so
 */
export function restoreRoot(office: Office): boolean {
  ensureFormat(office.root);
  if (!prepareRoot(office.root)) return false;
  const claimer = { ...office.claimer(), isAttached: () => false };
  for (const { agent, facts } of office.sessions) {
    if (agent === undefined) continue;
    const claim = claimName(claimer, agent.name, facts.attachKey);
    if (claim === undefined)
      office.log.error({ name: agent.name }, "the name is another one's now");
    else agent.lease = claim.lease;
  }
  office.log.warn(
    { root: office.root },
    'folders of the bridge root were missing and were made anew',
  );
  return true;
}

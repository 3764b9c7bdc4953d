import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeadSocket } from '../../../protocol/dead-socket.js';
import { socketFolders, type HostPaths } from '../../../protocol/host-paths.js';
import { leaseHolder } from '../../../protocol/lease.js';
import { isOwn } from '../../../protocol/own-file.js';
import { assertPrivateFolder } from '../../../protocol/private-folder.js';
import { isRunning, type ProcessIdentity } from '../../../protocol/process-identity.js';
import { takeProcessLock } from '../../../protocol/process-lock.js';
import { BY_DOCTOR, byHand, fail, ok, skip, warn, type Check } from '../check.js';
import { RESTART } from '../commands.js';
import { faultOf, isLoose, lookAt, modeOf, namesIn, type Place } from '../look-at.js';
import type { Scene } from '../scene.js';
import { count, few } from '../words.js';

/** What belongs to this host and not to the root: token, locks, sockets. */
export const STATE_CHECKS: readonly Check[] = [
  {
    id: 'state',
    title: 'State folder',
    look: ({ paths }) => {
      const place = lookAt(paths.state);
      if (place === undefined) return ok(`${paths.state}, made at the first start`);
      const fault = faultOf(place, 'folder');
      if (fault !== undefined) {
        return fail(`${paths.state}: ${fault}`, byHand(`ls -ld '${paths.state}'`));
      }
      if (isLoose(place, 0o022)) {
        return fail(
          `${paths.state} has mode ${modeOf(place)}: others may write to it`,
          byHand(`chmod 0700 '${paths.state}'`),
        );
      }
      const token = lookAt(paths.token);
      const wrong = token === undefined ? undefined : faultOf(token, 'file');
      if (token === undefined || (wrong === undefined && !isLoose(token))) return ok(paths.state);
      return fail(
        `the token ${paths.token} is ${wrong ?? `open to others, ${modeOf(token)}`}`,
        byHand(`rm -r '${paths.token}' && ${RESTART}`),
      );
    },
  },
  {
    id: 'locks',
    title: 'Locks',
    look: ({ paths }) => {
      const { held, stale } = locksIn(paths);
      if (stale.length > 0) {
        return warn(`${count(stale.length, 'lock')} of processes that have ended`, {
          details: few(stale),
          ...BY_DOCTOR,
        });
      }
      return ok(held.length === 0 ? 'none is held' : held.join(', '));
    },
    mend: ({ paths }) => {
      assertPrivateFolder(paths.state);
      // Taken over as the next start would: nothing is removed under anybody's feet.
      return locksIn(paths).stale.flatMap((folder) => {
        const taken = takeProcessLock(folder);
        if (!taken.ok) return [];
        taken.lease.release();
        return [`released ${folder}`];
      });
    },
  },
  {
    id: 'sockets',
    title: 'Sockets',
    look: async (scene) => {
      if (process.platform === 'win32') return skip('Windows has no files for pipes');
      const dead = await deadSockets(scene);
      if (dead.length === 0) return ok('none is left over');
      return warn(`${count(dead.length, 'socket')} that nobody listens at`, {
        details: few(dead.map(({ path }) => path)),
        ...BY_DOCTOR,
      });
    },
    mend: async (scene) =>
      (await deadSockets(scene)).map(({ path }) => {
        rmSync(path, { force: true }); // the path bears an instance: it can be no other's
        return `removed ${path}`;
      }),
  },
];

/** @throws Cc2ccError for a lock in whose place something else lies */
function locksIn(paths: HostPaths): { held: string[]; stale: string[] } {
  const held: string[] = [];
  const stale: string[] = [];
  for (const name of namesIn(paths.locks)) {
    const folder = join(paths.locks, name);
    if (lookAt(folder)?.kind !== 'folder') continue;
    const holder = leaseHolder<ProcessIdentity>(folder);
    if (holder === undefined) continue;
    if (isRunning(holder)) held.push(`${name} by process ${holder.pid}`);
    else stale.push(folder);
  }
  return { held, stale };
}

/** Sockets of this root in all folders in which a daemon of it may have made one. */
async function deadSockets({ paths }: Scene): Promise<Place[]> {
  const folders = socketFolders(paths).filter((folder) => lookAt(folder)?.kind === 'folder');
  const sockets = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.startsWith(`${paths.key}-`) && name.endsWith('.sock'))
      .flatMap((name) => lookAt(join(folder, name)) ?? [])
      .filter(({ stats }) => stats.isSocket() && isOwn(stats)),
  );
  const dead: Place[] = [];
  for (const socket of sockets) if (await isDeadSocket(socket.path)) dead.push(socket);
  return dead;
}

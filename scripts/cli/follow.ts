import { randomUUID } from 'node:crypto';
import { claimName } from '../../mail/claim.js';
import { heartbeatNow, putHeartbeat } from '../../mail/put-heartbeat.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { COMMAND_LANE } from '../../protocol/heartbeat.js';
import { hostId } from '../../protocol/host-paths.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { InboxBell } from './inbox-bell.js';
import type { PostOffice } from './post-office.js';

/** Others take a heartbeat of 15 s ago for the last one. */
const BEAT_MS = 5_000;

/**
 * Shows what comes for an agent until a signal ends it, or `isDone`. Meanwhile the name is taken, so
 * that no session gets it, and others see that somebody reads.
 *
 * @param take shows and settles what waits
 * @returns the exit code: that of the signal as shells give it, or 0
 * @throws Cc2ccError E_NAME when a session bears the name
 */
export async function follow(
  { root }: PostOffice,
  name: string,
  take: () => Promise<void>,
  isDone: () => boolean,
): Promise<number> {
  const { status } = rootPaths(root);
  makeFolder(status);
  const claimer = { root, host: hostId(), instance: randomUUID(), isAttached: () => false };
  const claim = claimName(claimer, name, randomUUID());
  if (claim === undefined) {
    throw new Cc2ccError('E_NAME', `${name} is taken: somebody gets its mail already.`, {
      hint: `To look without taking it: cc2cc receive ${name} --peek`,
    });
  }
  const beat = (alive: boolean): void => {
    putHeartbeat(
      root,
      heartbeatNow(name, {
        session_id: String(process.pid),
        parent_pid: String(process.ppid),
        status: alive ? 'active' : 'offline',
        context: alive ? 'cc2cc receive --follow' : 'cc2cc receive ended',
        host: hostId(),
        cwd: process.cwd(),
        lane: COMMAND_LANE,
      }),
    );
  };
  const bell = new InboxBell(mailboxPaths(root, name).inbox);
  let code: number | undefined;
  const end = (signal: NodeJS.Signals): void => {
    code = 128 + (signal === 'SIGINT' ? 2 : 15);
    bell.wake();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  let beatAt = -Infinity;
  try {
    while (code === undefined && !isDone()) {
      if (performance.now() - beatAt >= BEAT_MS) {
        beat(true);
        beatAt = performance.now();
      }
      await take();
      if (code === undefined && !isDone()) await bell.ring();
    }
    return code ?? ExitCode.ok;
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
    bell.close();
    beat(false);
    claim.lease.release();
  }
}

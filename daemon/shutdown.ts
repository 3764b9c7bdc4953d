import { closeSync, writeFileSync } from 'node:fs';
import { RESTARTING } from '../protocol/heartbeat.js';
import type { HostPaths } from '../protocol/host-paths.js';
import { openOwn } from '../protocol/open-own.js';
import type { Instance } from './instance.js';
import type { Office } from './office.js';
import { receiptsWritten, writeReceipts } from '../mail/receipts.js';
import type { Rounds } from './rounds.js';

/**
 * Why the daemon ends. `stop`: a person wants none; attached sessions wait until somebody starts one.
 * `restart`: sessions may start the next one at once. `superseded`: another daemon has the root.
 */
export type Ending = 'stop' | 'restart' | 'superseded';

/** Calls under way are given so long to end; what has not, is sent again to the next daemon. */
const DRAIN_MS = 2_000;

/** Sockets are given so long to take the last bytes. */
const LINGER_MS = 200;

/** What has to be wound up. */
export interface Running {
  office: Office;
  instance: Instance;
  rounds: Rounds;
  paths: HostPaths;
}

/**
 * Winds the daemon up, in the order that loses nothing: no new connections, finish the calls under
 * way, tell the shims, sign the agents off. Every step is time-boxed.
 */
export async function shutDown(
  { office, instance, rounds, paths }: Running,
  ending: Ending,
): Promise<void> {
  office.log.info({ ending }, 'shutting down');
  rounds.stop();
  office.presence.close();
  office.evidence.stop();
  office.rules.close();
  office.trust.close();
  office.idle.close(ending === 'superseded' ? 'superseded' : 'ending');
  if (ending === 'stop') {
    try {
      const fd = openOwn(paths.stopped, 'replace');
      try {
        writeFileSync(fd, `${new Date().toISOString()}\n`);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // A full disk: the shims are told below as well, only the file would tell later ones.
      office.log.warn({ err: error }, 'cannot note that the daemon was stopped');
    }
  }
  instance.withdraw();
  await Promise.race([Promise.allSettled([...office.running]), delay(DRAIN_MS)]);
  // The SDK writes an answer a few turns after its handler has ended.
  await new Promise((resolve) => setImmediate(resolve));
  const mode = ending === 'stop' ? 'stop' : 'restart';
  const told = [...office.sessions].map((session) => session.tellShim('cc2cc/retire', { mode }));
  await Promise.race([Promise.all(told), delay(LINGER_MS)]);
  for (const session of office.sessions) {
    const why = ending === 'stop' ? 'daemon ended (stop)' : RESTARTING;
    office.dismiss(session, why, ending === 'superseded');
  }
  writeReceipts();
  await Promise.race([receiptsWritten(), delay(LINGER_MS)]);
  office.log.info('ended');
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

import { callDaemon, type StatusReport } from '../../protocol/control.js';
import { Cc2ccError } from '../../protocol/errors.js';
import type { HostPaths } from '../../protocol/host-paths.js';
import { isRunning } from '../../protocol/process-identity.js';
import { readRendezvous, type Rendezvous } from '../../protocol/rendezvous.js';
import { faultOf, lookAt } from './look-at.js';

/** What is known of the daemon of a root: by its file, and by asking. */
export interface DaemonSeen {
  /** Undefined where the file is missing, makes no sense or is none. */
  rendezvous: Rendezvous | undefined;
  answer:
    | { kind: 'report'; report: StatusReport; ms: number }
    /** Nobody is there. */
    | { kind: 'none'; why: string }
    /** The process that the file names lives and does not answer. */
    | { kind: 'hung'; pid: number }
    /** Somebody is there, or something is in the way. */
    | { kind: 'error'; error: Cc2ccError };
}

/** Asks the daemon and starts none. Never throws for what it finds. */
export async function askDaemon(paths: HostPaths): Promise<DaemonSeen> {
  // A FIFO would be waited at: these two are looked at before anybody opens them.
  for (const path of [paths.rendezvous, paths.token]) {
    const place = lookAt(path);
    const fault = place === undefined ? undefined : faultOf(place, 'file');
    if (fault === undefined) continue;
    const error = new Cc2ccError('E_UNSAFE', `${path}: ${fault}`, {
      hint: `Look at it (ls -ld '${path}'), then move it away.`,
    });
    return { rendezvous: undefined, answer: { kind: 'error', error } };
  }
  const rendezvous = readRendezvous(paths.rendezvous);
  const begun = performance.now();
  try {
    const report = await callDaemon(paths, 'status', {});
    return { rendezvous, answer: { kind: 'report', report, ms: performance.now() - begun } };
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
    if (error.code !== 'E_NO_DAEMON') return { rendezvous, answer: { kind: 'error', error } };
    const waited = performance.now() - begun > PATIENCE_MS;
    if (waited && rendezvous !== undefined && isRunning({ pid: rendezvous.pid })) {
      return { rendezvous, answer: { kind: 'hung', pid: rendezvous.pid } };
    }
    return { rendezvous, answer: { kind: 'none', why: error.message } };
  }
}

/** A socket that nobody listens at refuses at once. */
const PATIENCE_MS = 1_000;

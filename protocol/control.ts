import type { Socket } from 'node:net';
import { dialDaemon } from './dial.js';
import { Cc2ccError, type ErrorReport } from './errors.js';
import { encodeLine } from './framing.js';
import type { HostPaths } from './host-paths.js';
import { isRecord } from './json.js';

/** One agent in a status report. */
export interface AgentStatus {
  name: string;
  status: 'online' | 'offline';
  /** Where it is attached: at this daemon, elsewhere by its heartbeat, or nowhere. */
  where: 'here' | 'elsewhere' | 'away';
  lane: string | null;
  /** Whether the lane has shown that messages reach the model. */
  proven: boolean;
  /** Messages in the inbox that no evidence says were seen. */
  waiting: number;
  /** ISO time: attached since, or last heard of; null when unknown. */
  since: string | null;
  directory: string | null;
  host: string | null;
}

/** What `cc2cc-daemon status --json` prints for a running daemon. */
export interface StatusReport {
  running: true;
  pid: number;
  version: string;
  protocol: number;
  instance: string;
  root: string;
  socket: string;
  log: string;
  uptimeSeconds: number;
  watcher: {
    ok: boolean;
    folders: number;
    /** ISO time of the last scan of any inbox, null before the first. */
    lastScan: string | null;
    /** Messages that a rescan found although no event had rung. */
    missed: number;
  };
  agents: AgentStatus[];
  health: { ok: boolean; problems: string[] };
}

/** The control methods: parameters and results. */
export interface ControlMethods {
  status: { params: Record<string, never>; result: StatusReport };
  /** `restart`: shims may start the next daemon themselves; `stop`: they wait for one. */
  stop: { params: { mode: 'stop' | 'restart' }; result: { pid: number } };
}

export type ControlMethod = keyof ControlMethods;

/** A daemon that neither answers nor hangs up is not waited for longer than this. */
const CALL_DEADLINE_MS = 10_000;

/**
 * Asks the running daemon one thing.
 *
 * @throws Cc2ccError as {@link dialDaemon}; or what the daemon answers
 */
export async function callDaemon<M extends ControlMethod>(
  paths: HostPaths,
  method: M,
  params: ControlMethods[M]['params'],
): Promise<ControlMethods[M]['result']> {
  return new Promise((resolve, reject) => {
    let socket: Socket | undefined;
    const deadline = setTimeout(() => {
      socket?.destroy();
      reject(new Cc2ccError('E_NO_DAEMON', `The daemon did not answer "${method}" in time.`));
    }, CALL_DEADLINE_MS);
    const done = (settle: () => void): void => {
      clearTimeout(deadline);
      settle();
      socket?.destroy();
    };
    dialDaemon(paths, undefined, {
      onWelcome: (_welcome, connected) => {
        socket = connected;
        socket.write(encodeLine({ jsonrpc: '2.0', id: 1, method, params }));
      },
      onLine: (line) => {
        done(() => {
          settleWith<ControlMethods[M]['result']>(line, resolve, reject);
        });
      },
      onClose: () => {
        done(() => {
          reject(new Cc2ccError('E_NO_DAEMON', `The daemon hung up on "${method}".`));
        });
      },
    }).catch((error: unknown) => {
      done(() => {
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  });
}

function settleWith<R>(line: Buffer, resolve: (r: R) => void, reject: (e: Error) => void): void {
  const answer: unknown = JSON.parse(line.toString());
  if (isRecord(answer) && isRecord(answer['result'])) {
    // Both ends of the control protocol are of one version family; the proof came before.
    resolve(answer['result'] as R);
    return;
  }
  const error = isRecord(answer) && isRecord(answer['error']) ? answer['error'] : {};
  const report = (isRecord(error['data']) ? error['data'] : {}) as Partial<ErrorReport>;
  const message = typeof error['message'] === 'string' ? error['message'] : 'No answer.';
  reject(
    new Cc2ccError(
      report.code ?? 'E_INTERNAL',
      message,
      report.hint === undefined ? {} : { hint: report.hint },
    ),
  );
}

import { linesIn } from '../support/lines.js';

/** What becomes of the call. */
export type Deed =
  | 'kill' // SIGKILL to this process, before the call
  | 'torn' // a write does its first half, then SIGKILL; any other call as `kill`
  | 'short' // a write does its first half and says so; any other call is left alone
  | 'slow' // the call is made `ms` later
  | Errno; // the call fails with it and does nothing (a `close` closes nevertheless)

/** Any error of the system that `os.constants.errno` knows. */
export type Errno = `E${string}`;

/** One fault, as JSON in CC2CC_TEST_FAULT. All fields may be left out. */
export interface Fault {
  /** The program that is meant, see program.ts; all unless told. */
  only?: string;
  /** Each call is noted in this file, see {@link readCalls}. */
  log?: string;
  /** The call that is hit, from 1. */
  at?: number;
  do?: Deed;
  /** Kills after the call instead of before it; one that is not sync when it has ended. */
  after?: boolean;
  /** So many calls from there on, 1 unless told; "on" means all of them. */
  times?: number | 'on';
  /** For `slow`; 5,000 unless told. */
  ms?: number;
  /** What is counted: everything unless told, only what changes something, or calls by these names. */
  calls?: 'all' | 'changes' | readonly string[];
  /** Only paths in which this regular expression is found are counted. */
  match?: string;
  /** Paths in which this regular expression is found are not counted. */
  skip?: string;
  /** Counting begins when this file exists. */
  arm?: string;
  /** Made when the fault takes effect; while it exists, nobody has it (again). */
  once?: string;
  /**
   * A file with another fault, as JSON. While it is there it is in force in place of this one, and numbers
   * begin anew whenever it changes; while it is not, nothing is counted. For many points in one process.
   */
  steer?: string;
  /** Folders that are watched instead of the environment's. */
  folders?: readonly string[];
}

/** Variables that put a program under a fault. */
export function faultEnv(fault: Fault): Record<string, string> {
  const preload = new URL('preload.js', import.meta.url).href; // a URL: it has no blanks
  return { NODE_OPTIONS: `--import=${preload}`, CC2CC_TEST_FAULT: JSON.stringify(fault) };
}

/** One counted call. */
export interface Call {
  /** Its number in its process, from 1. */
  n: number;
  /** `open`, `write`, `fsync`, `link`, `unlink`, …; `connect`, `listen`, `send`; `spawn`. */
  name: string;
  how: 'sync' | 'callback' | 'promise' | 'socket';
  /** The file or socket; `stdout`; `report` is what a launched daemon says to its parent. */
  path: string;
  /** The second path of link, symlink, rename, copyFile. */
  to?: string;
  /** Whether it can change something that others see. */
  change: boolean;
  program: string;
  pid: number;
  /** What was done to it. */
  fault?: Deed;
  /** Places in the log: where it began, and where it had ended (the same for what is sync). */
  began: number;
  ended: number | undefined;
  /** The system's code, of a call that failed. */
  error?: string;
}

/** The calls in a log, in the order of their beginnings; of several processes where several wrote it. */
export function readCalls(log: string): Call[] {
  const calls = new Map<string, Call>();
  for (const [place, line] of linesIn(log).entries()) {
    const noted = JSON.parse(line) as Call & { end?: boolean };
    const key = `${noted.pid} ${noted.n}`;
    const known = calls.get(key);
    if (noted.end !== true) calls.set(key, { ...noted, began: place, ended: undefined });
    else if (known !== undefined) {
      known.ended = known.how === 'sync' ? known.began : place;
      if (noted.error !== undefined) known.error = noted.error;
    }
  }
  return [...calls.values()];
}

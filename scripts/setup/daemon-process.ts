import { execFile } from 'node:child_process';
import { isRecord } from '../../protocol/json.js';
import { DAEMON } from '../installed.js';

/** What a run of `cc2cc-daemon … --json` has said. */
export interface DaemonAnswer {
  code: number;
  /** stdout as JSON; undefined where it is none. */
  json: Record<string, unknown> | undefined;
  stdout: string;
  /** The sentence on stderr, without the program's name before it. */
  said: string;
}

/** A service manager may wait for a daemon to end and for the next one to answer. */
const DEADLINE_MS = 120_000;

/** Runs a command of the daemon's as a process of its own: what it does is what a person would get. */
export function daemonCommand(args: readonly string[]): Promise<DaemonAnswer> {
  return new Promise((resolve) => {
    const options = { timeout: DEADLINE_MS, killSignal: 'SIGKILL', maxBuffer: 1 << 20 } as const;
    execFile(process.execPath, [DAEMON, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const said = stderr.replaceAll(/^cc2cc-daemon: /gm, '').trim();
      resolve({ code, json: parsed(stdout), stdout, said: said || (error?.message ?? '') });
    });
  });
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // it has said on stderr what is wrong
  }
}

import { spawn } from 'node:child_process';
import { DAEMON } from '../../support/daemon.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';

const HUNG_MS = 60_000;

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `cc2cc-daemon …` to its end. */
export function daemonCommand(
  sandbox: Sandbox,
  args: readonly string[],
  env: Extras = {},
): Promise<Result> {
  return runToEnd(process.execPath, [DAEMON, ...args], sandbox.envWith(env));
}

/** Runs a line of cmd.exe, as it stands. */
export function cmd(sandbox: Sandbox, line: string, env: Extras = {}): Promise<Result> {
  // Node would put quotes of its own around the line.
  return runToEnd('cmd.exe', ['/d', '/s', '/c', `"${line}"`], sandbox.envWith(env), true);
}

export function runToEnd(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  verbatim = false,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: HUNG_MS,
      windowsVerbatimArguments: verbatim,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => (said[name] += chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...said });
    });
  });
}

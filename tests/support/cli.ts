import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DAEMON } from './daemon.js';
import type { Extras, Sandbox } from './sandbox.js';

export const CC2CC = fileURLToPath(new URL('../../bin/cc2cc.cjs', import.meta.url));

/** A command takes a tenth of a second; past this, on a machine that is itself busy, it hangs. */
const HUNG_MS = 60_000;

/** Keys that are typed when something stands on the screen. */
export interface Typed {
  after: RegExp;
  keys: string;
}

export interface CliOptions {
  /** What is there at once, or what is typed, one after another. */
  stdin?: string | Uint8Array | readonly Typed[];
  env?: Extras;
  cwd?: string;
  /** Of another build. */
  program?: string;
  /** SIGKILL after so long; the exit code is null then. */
  killAfterMs?: number | undefined;
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `cc2cc …` to its end, with pipes on all sides. */
export function cli(
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return run(sandbox, process.execPath, [options.program ?? CC2CC, ...args], options);
}

/** Runs a line of a shell in which `cc2cc` and `cc2cc-daemon` are ours. */
export function shell(sandbox: Sandbox, line: string, env: Extras = {}): Promise<CliResult> {
  const programs = { cc2cc: CC2CC, 'cc2cc-daemon': DAEMON };
  const functions = Object.entries(programs).map(
    ([name, path]) => `${name}() { '${process.execPath}' '${path}' "$@"; };`,
  );
  return run(sandbox, 'bash', ['-c', `${functions.join(' ')} ${line}`], { env });
}

/** Whether there is a terminal to be had; without one say so with `t.skip`. */
export function hasTerminal(): boolean {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs `cc2cc …` on a screen of so many columns. What stands on it is in `stdout`; `stdin` is typed. */
export async function cliOnTerminal(
  sandbox: Sandbox,
  columns: number,
  args: readonly string[],
  env: Extras = {},
  stdin: string | readonly Typed[] = '',
): Promise<CliResult> {
  const words = [process.execPath, CC2CC, ...args].map((word) => `'${word}'`).join(' ');
  const line = `stty cols ${columns} rows 24; ${words}`;
  const result = await run(
    sandbox,
    'script',
    ['--quiet', '--return', '--command', line, '/dev/null'],
    { env: { TERM: 'xterm', ...env }, stdin },
  );
  return { ...result, stdout: result.stdout.replaceAll('\r\n', '\n') };
}

function run(
  sandbox: Sandbox,
  command: string,
  args: readonly string[],
  { stdin = '', env = {}, cwd = sandbox.work, killAfterMs = HUNG_MS }: CliOptions,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: sandbox.envWith(env), cwd, stdio: 'pipe' });
    const hung = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    const said: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => said[0].push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said[1].push(chunk));
    child.stdin.on('error', () => {}); // it may be gone before we are done writing
    if (typeof stdin === 'string' || stdin instanceof Uint8Array) child.stdin.end(stdin);
    else type(child, stdin);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(hung);
      const [stdout = '', stderr = ''] = said.map((chunks) => Buffer.concat(chunks).toString());
      resolve({ code, stdout, stderr });
    });
  });
}

/** The end of stdin comes with the end of the program, as on a terminal. */
function type(
  { stdin, stdout }: ChildProcessByStdio<Writable, Readable, Readable>,
  typed: readonly Typed[],
): void {
  const waiting = [...typed];
  let shown = '';
  stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    while (waiting[0]?.after.test(shown) === true) {
      stdin.write(waiting.shift()!.keys);
      shown = '';
    }
  });
}

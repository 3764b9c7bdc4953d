import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Home } from '../../shim/support/home.js';

export const CC2CC = fileURLToPath(new URL('../../../bin/cc2cc.cjs', import.meta.url));

/** Past this a hook hangs: the slowest wait some seconds, on a machine that is itself busy. */
const HUNG_MS = 30_000;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface HookOptions {
  env?: Record<string, string>;
  /** What it reads; undefined leaves its stdin open with nothing in it. */
  stdin?: string | Buffer | undefined;
  /** Leave stdin open after that. */
  open?: boolean;
  /** The program instead of `cc2cc hook`. */
  command?: readonly [string, ...string[]];
  cwd?: string;
}

/** A hook as the client runs it. The daemon of a test, on a busy machine, is given time to answer. */
export class HookProcess {
  readonly child;
  readonly ended: Promise<Ended>;

  constructor(t: TestContext, home: Home, args: readonly string[], options: HookOptions = {}) {
    const [program, ...own] = options.command ?? [process.execPath, CC2CC, 'hook'];
    const env = { ...home.env, CC2CC_HOOK_MS: '10000', ...options.env };
    this.child = spawn(program, [...own, ...args], { env, cwd: options.cwd, stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.child;
    const said = { stdout: '', stderr: '' };
    stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const hung = setTimeout(() => this.child.kill('SIGKILL'), HUNG_MS);
    this.ended = once(this.child, 'close').then(([code]) => {
      clearTimeout(hung);
      return { code: code as number | null, ...said };
    });
    t.after(async () => {
      this.child.kill('SIGKILL');
      await this.ended;
    });
    stdin.on('error', () => {}); // it may be gone before we are done writing
    if (options.stdin !== undefined) stdin.write(options.stdin);
    if (options.stdin !== undefined && options.open !== true) stdin.end();
  }
}

export const runHook = (
  t: TestContext,
  home: Home,
  args: readonly string[],
  options: HookOptions = {},
): Promise<Ended> => new HookProcess(t, home, args, options).ended;

/** What a hook is to be, whatever is wrong: nothing that the session would notice. */
export const UNNOTICED: Ended = { code: 0, stdout: '', stderr: '' };

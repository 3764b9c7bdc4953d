/** Programs under another user number. The users need not be there: nothing of the system changes. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import type { Sandbox } from '../../../support/sandbox.js';

/** Who uses cc2cc in these tests, and who should not get in. */
export const VICTIM = 54_322;
export const STRANGER = 54_321;

export interface Outcome {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Why no other user can be had here; undefined where one can. */
export function noOtherUser(): string | undefined {
  if (process.platform !== 'linux') return 'needs setpriv';
  if (process.getuid?.() !== 0) return 'only root can run programs of other users';
  const readable = asUserNow(STRANGER, [
    process.execPath,
    '-e',
    'require(process.argv[1])',
    process.argv[1]!,
  ]);
  return /EACCES|ENOENT|not found/.test(readable)
    ? 'other users cannot read the programs'
    : undefined;
}

function asUserNow(uid: number, args: readonly string[]): string {
  const { error, stderr } = spawnSync('setpriv', [...idsOf(uid), ...args], { encoding: 'utf8' });
  return `${error ?? ''}${stderr}`;
}

/** Runs a program to its end under a user number, without any group of ours. */
export function asUser(
  uid: number,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = '/',
): Promise<Outcome> {
  return new Promise((done) => {
    const options = { env, cwd, timeout: 40_000 };
    execFile('setpriv', [...idsOf(uid), ...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

function idsOf(uid: number): string[] {
  return ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--'];
}

/** Runs a function's text as a program of that user; it prints JSON. */
export async function tryAs<T>(
  uid: number,
  script: (input: string) => Promise<T> | T,
  input: object,
): Promise<T> {
  const program = `(${script.toString()})(process.argv[1]).then?.((x) => console.log(JSON.stringify(x)))`;
  const env = { PATH: process.env['PATH'] ?? '' };
  const { stdout, stderr } = await asUser(
    uid,
    [process.execPath, '-e', program, JSON.stringify(input)],
    env,
  );
  if (stdout === '') throw new Error(`No answer of user ${uid}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Lets others come as far as the folders that are to keep them out. */
export function openSandbox(sandbox: Sandbox): void {
  chmodSync(sandbox.dir, 0o755);
}

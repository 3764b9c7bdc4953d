import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../support/sandbox.js';

export const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

/** npm with an empty cache fetches some 90 packages. */
const INSTALL_MS = 100_000;
const COMMAND_MS = 60_000;
export const UNREACHABLE =
  /\b(?:E(?:AI_AGAIN|CONN\w+|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|40[134]|429|5\d\d)|ERR_SOCKET_TIMEOUT)\b/;

export interface PackedFile {
  path: string;
  mode: number;
}

/** What `npm pack` says of the package. */
export interface Packed {
  filename: string;
  /** Bytes. */
  size: number;
  unpackedSize: number;
  files: PackedFile[];
}

/** Packs what was built, into a folder. The manual pages are made first, as before `npm pack`. */
export function pack(sandbox: Sandbox, folder: string): Packed {
  const options = { cwd: PROJECT, env: sandbox.env, encoding: 'utf8' } as const;
  execFileSync(process.execPath, ['man.js'], options);
  // The script before packing would build anew while other tests run what was built.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(npm(args, options)) as [Packed];
  return packed;
}

function npm(args: string[], options: Parameters<typeof execFileSync>[2]): string {
  return String(
    execFileSync('npm', args, { ...options, stdio: 'pipe', shell: process.platform === 'win32' }),
  );
}

/** A user of this system, or the one that runs the tests. */
export interface User {
  uid?: number;
  gid?: number;
}

export interface Ended {
  code: number | string;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, with nothing on stdin unless told. */
export function runAs(
  user: User,
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; stdin?: string; timeout?: number },
): Promise<Ended> {
  const { stdin = '', timeout = COMMAND_MS, ...where } = options;
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { ...where, ...user, timeout },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
      },
    );
    child.stdin?.end(stdin);
  });
}

/**
 * Installs a tarball into a prefix of its own, as `npm install --global` does.
 *
 * @returns why that is not possible here, or undefined
 * @throws Error when npm fails for another reason than the lack of a registry
 */
export async function installGlobally(
  user: User,
  tarball: string,
  prefix: string,
  home: string,
): Promise<string | undefined> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'];
  const args = ['install', '--global', '--prefix', prefix, ...quiet, tarball];
  // Of the machine, as a registry may be reached by variables of it; it starts nothing of ours.
  const env = { ...process.env, HOME: home, npm_config_cache: join(home, 'npm') };
  const options = { env, cwd: home, timeout: INSTALL_MS };
  const { code, stderr } = await runAs(user, 'npm', args, options);
  if (code === 0) return undefined;
  if (UNREACHABLE.test(stderr)) return `npm reaches no registry: ${stderr.split('\n')[0]}`;
  throw new Error(`npm install --global: ${code}. ${stderr}`);
}

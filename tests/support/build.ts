import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from './sandbox.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const PARTS = ['protocol', 'mail', 'service', 'daemon', 'scripts', 'bin'];

/** Our programs as they are, installed somewhere else and with another version. */
export interface Build {
  version: string;
  /** Its folder, in the sandbox. */
  dir: string;
  daemon: string;
  shim: string;
  cc2cc: string;
}

/** The version of the build that is tested. */
export const OWN_VERSION = manifest().version;

/**
 * Installs our programs in the sandbox with another version in their package.json.
 *
 * @param name of the folder
 * @param options.protocol another number of the socket protocol, for the daemon and the shim
 */
export function makeBuild(
  sandbox: Sandbox,
  version: string,
  name = version,
  { protocol }: { protocol?: number } = {},
): Build {
  const dir = join(sandbox.dir, `build-${name}`);
  copyInto(dir, version);
  if (protocol !== undefined) {
    for (const file of ['protocol/limits.js', 'bin/cc2cc-shim.cjs']) {
      const path = join(dir, 'dist', file);
      const text = readFileSync(path, 'utf8');
      const changed = text.replace(/\b((?:const PROTOCOL =|protocol:) )1\b/, `$1${protocol}`);
      if (changed === text) throw new Error(`${path} has no number of the protocol.`);
      writeFileSync(path, changed);
    }
  }
  const dist = (file: string): string => join(dir, 'dist', file);
  return {
    version,
    dir,
    daemon: dist('daemon/main.js'),
    shim: dist('bin/cc2cc-shim.cjs'),
    cc2cc: dist('bin/cc2cc.cjs'),
  };
}

/** An update in place as npm does it: the old folder goes, then the new files come one by one. */
export function updateInPlace(build: Build, version: string): Build {
  removeBuild(build);
  copyInto(build.dir, version);
  return { ...build, version };
}

/** `npm rm -g`. */
export function removeBuild({ dir }: Build): void {
  rmSync(dir, { recursive: true, force: true });
}

function copyInto(dir: string, version: string): void {
  mkdirSync(dir);
  for (const part of PARTS) {
    const from = join(PROJECT, 'dist', part);
    if (!existsSync(from)) continue;
    cpSync(from, join(dir, 'dist', part), {
      recursive: true,
      filter: (path) => !path.endsWith('.map'),
    });
  }
  for (const part of ['node_modules', 'service-templates'])
    symlinkSync(join(PROJECT, part), join(dir, part), 'junction');
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...manifest(), version }));
}

function manifest(): { version: string } {
  return JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
}

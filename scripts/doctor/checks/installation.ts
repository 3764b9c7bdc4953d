import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { isRecord } from '../../../protocol/json.js';
import { version } from '../../../protocol/version.js';
import { CC2CC, DAEMON, SHIM } from '../../installed.js';
import { byHand, fail, ok, warn, type Check, type Finding } from '../check.js';
import { REINSTALL } from '../commands.js';
import { lookAt } from '../look-at.js';

/** Our own programs: all there, and one version of them. */
export const INSTALLATION_CHECK: Check = {
  id: 'installation',
  title: 'Installation',
  look: () => {
    const broken = [CC2CC, DAEMON, SHIM].filter((path) => !isProgram(path));
    if (broken.length > 0) {
      return fail('programs of this installation are missing or cannot be run', {
        details: broken,
        ...byHand(REINSTALL),
      });
    }
    return judgePath();
  },
};

/** What a shell finds under our names must be this installation, or one that is alike. */
function judgePath(): Finding {
  const own = join(dirname(CC2CC), '../..');
  const others: string[] = [];
  for (const name of ['cc2cc', 'cc2cc-daemon', 'cc2cc-shim']) {
    const found = onPath(name);
    if (found === undefined) continue;
    const package_ = packageOf(found);
    if (package_ === undefined) others.push(`${name} on PATH is none of cc2cc: ${found}`);
    else if (package_.folder !== own && package_.version !== version()) {
      others.push(`${name} on PATH is version ${package_.version}: ${package_.folder}`);
    }
  }
  if (others.length > 0) {
    return warn(`this is ${version()} in ${own}, and PATH leads to others`, {
      details: others,
      ...byHand(REINSTALL),
    });
  }
  return ok(`${version()} in ${own}`);
}

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** The package that a program lies in, links resolved. */
function packageOf(path: string): { folder: string; version: string } | undefined {
  try {
    const folder = join(dirname(realpathSync(path)), '../..');
    const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!isRecord(value) || value['name'] !== 'cc2cc') return undefined;
    return { folder, version: typeof value['version'] === 'string' ? value['version'] : '?' };
  } catch {
    return undefined; // not in a package
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, process.platform === 'win32' ? constants.R_OK : constants.X_OK);
    return lookAt(realpathSync(path))?.kind === 'file';
  } catch {
    return false;
  }
}

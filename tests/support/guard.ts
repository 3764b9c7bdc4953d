import { homedir } from 'node:os';
import { relative, isAbsolute } from 'node:path';

type Given = Readonly<Record<string, string | undefined>>;

/** Where homes, states and sockets are looked for. One of them outside, and it is the user's own. */
const OURS = /^(?:HOME|USERPROFILE|APPDATA|LOCALAPPDATA|TMPDIR|TEMP|TMP|XDG_\w+)$/;
/** May lie elsewhere, on a file system made for a test, but never in the user's own home. */
const ROOTS = new Set(['CC2CC_BRIDGE_DIR', 'BRIDGE_DIR']);

/**
 * The switch that keeps tests and benches away from the user's own daemon and mailboxes: an
 * environment whose paths lead out of the throw-away folder `dir` is never handed to a process.
 *
 * @returns the environment without what is undefined
 * @throws Error that names the variable
 */
export function guardEnvironment(dir: string, given: Given): Record<string, string> {
  const entries = Object.entries(given).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const env = Object.fromEntries(entries);
  for (const name of ['HOME', 'USERPROFILE', 'CC2CC_BRIDGE_DIR']) {
    // Without these a program falls back to the account's real home.
    if (env[name] === undefined) refuse(name, 'nothing', dir);
  }
  for (const [name, value] of entries) {
    if (OURS.test(name) && !isInside(dir, value)) refuse(name, value, dir);
    if (!ROOTS.has(name) || isInside(dir, value)) continue;
    if (!isAbsolute(value) || isInside(homedir(), value)) refuse(name, value, dir);
  }
  return env;
}

function isInside(dir: string, path: string): boolean {
  const way = relative(dir, path);
  return isAbsolute(path) && way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function refuse(name: string, value: string, dir: string): never {
  throw new Error(`${name} is ${value}, outside of the throw-away folder ${dir}: refused.`);
}

import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cc2ccError } from '../protocol/errors.js';
import { INSTALL_LINE } from '../protocol/install-line.js';
import { hostPaths } from '../protocol/host-paths.js';
import { stableNode, versionedBy } from '../protocol/node-path.js';
import { bridgeRoot, realPath } from '../protocol/paths.js';
import { serviceKey } from '../protocol/service-marker.js';
import { PLACE_KEYS, settingOf } from '../protocol/settings/all.js';
import { flaggedVariables } from '../protocol/settings/resolve.js';
import type { ServiceSpec } from './manager.js';

/** The service of this user and bridge root, and what the person who installs it should know. */
export interface MadeSpec {
  spec: ServiceSpec;
  warnings: string[];
}

/** A bundle lies beside daemon/ as this file does. */
const DAEMON = fileURLToPath(new URL('../daemon/main.js', import.meta.url));

/** Settings of places are found by these; a service starts without the variables of a session. */
const FOLDERS = ['XDG_STATE_HOME', 'XDG_CONFIG_HOME'];
const PLACES = [...FOLDERS, ...PLACE_KEYS.map((key) => settingOf(key).variables[0])];

/**
 * Describes the service that would run the daemon that this process would start: the same program,
 * root and places. Daemon settings go along when they were given as flags; what else is in the
 * environment was meant for something else, and belongs into config.json if it is to last.
 *
 * @param options.lasting false where nothing is to be installed: cc2cc may lie anywhere then
 * @throws Cc2ccError E_PATH where cc2cc lies in a folder that will be gone, or folders are given by a
 *   relative path; as bridgeRoot
 */
export function makeSpec({ lasting = true }: { lasting?: boolean } = {}): MadeSpec {
  if (lasting) {
    for (const name of FOLDERS) assertAbsolute(name, process.env[name] ?? '');
    assertLasting(DAEMON);
  }
  const root = bridgeRoot();
  const paths = hostPaths(root);
  const node = stableNode();
  const { username, uid } = account();
  const spec: ServiceSpec = {
    node: node.path,
    daemon: DAEMON,
    key: serviceKey(root, paths),
    root,
    home: homedir(),
    state: paths.state,
    logFolder: dirname(paths.log),
    errorLog: paths.errorLog,
    environment: environment(root),
    user: withDomain(username),
    uid,
  };
  return {
    spec,
    warnings: [node.warning ?? ownWarning(DAEMON)].filter((one) => one !== undefined),
  };
}

/** The Node may have a path that lasts, and cc2cc, installed with npm, lie in the folder of one version. */
function ownWarning(program: string): string | undefined {
  const tool = versionedBy(program);
  if (tool === undefined) return undefined;
  return (
    `cc2cc is installed for one version of Node only, by ${tool} (${program}). With the next ` +
    'version install cc2cc again, and run cc2cc-daemon install.'
  );
}

/** Folders of programs that were only tried: npx, pnpm dlx, yarn dlx, bunx. */
const CACHES = /[/\\](?:_npx|dlx-[^/\\]+|dlx[/\\][^/\\]+|xfs-[^/\\]+|bunx-[^/\\]+)[/\\]/;

/** @throws Cc2ccError E_PATH for a program that a service would not find tomorrow */
export function assertLasting(program: string, temporary: string = tmpdir()): void {
  const isTried = CACHES.test(program);
  // Node names a program by its real path, and a temporary folder may have others (macOS: /var/folders).
  const folders = [temporary, realPath(temporary)].map((one) => one.replace(/[/\\]*$/, sep));
  if (!isTried && !folders.some((folder) => program.startsWith(folder))) return;
  const why = isTried ? 'the cache of npx or the like' : 'a temporary folder';
  throw new Cc2ccError('E_PATH', `cc2cc lies in ${why}, where it will be gone: ${program}.`, {
    hint: `Install it first, in a clone of it: ${INSTALL_LINE}`,
  });
}

function environment(root: string): Record<string, string> {
  const given = [...new Set([...PLACES, ...flaggedVariables()])].flatMap((name) => {
    const value = process.env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  // A service manager takes the home folder from the account.
  const home = homedir() === account().homedir ? [] : [['HOME', homedir()] as const];
  return { ...Object.fromEntries([...home, ...given]), CC2CC_BRIDGE_DIR: root };
}

/** A service runs in a folder of its own: there a relative path is another one. */
function assertAbsolute(name: string, path: string): void {
  if (path === '' || isAbsolute(path)) return;
  throw new Cc2ccError('E_PATH', `${name}: not an absolute path: "${path}".`, {
    hint: `Set ${name} to an absolute path, or unset it.`,
  });
}

/** Windows may have users of one name, of the machine and of a domain. */
function withDomain(username: string): string {
  const domain = process.env['USERDOMAIN'];
  return process.platform === 'win32' && domain ? `${domain}\\${username}` : username;
}

function account(): { username: string; uid: number; homedir: string | null } {
  try {
    return userInfo();
  } catch {
    // An account without an entry, as in some containers.
    return {
      username: String(process.getuid?.() ?? 'user'),
      uid: process.getuid?.() ?? -1,
      homedir: null,
    };
  }
}

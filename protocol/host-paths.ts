import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { Cc2ccError } from './errors.js';
import { MAX_SOCKET_PATH_BYTES } from './limits.js';
import { realPath } from './paths.js';
import { ensurePrivateFolder } from './private-folder.js';
import { configPath } from './settings/file.js';
import { localValue } from './settings/local-value.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where a daemon keeps what belongs to this host and not to the root: several hosts or containers
 * may share a root, each with a daemon, a socket and a log of its own.
 */
export interface HostPaths {
  /** Folder of this host and root; 0700. */
  state: string;
  /** Who runs: socket path, pid, version, instance. */
  rendezvous: string;
  /** The shared secret of daemon and shims, 0600. */
  token: string;
  /** Leases for starting and launching. */
  locks: string;
  /** Exists while the user wants no daemon to be started on demand. */
  stopped: string;
  /** Which service runs the daemon of this root; see service-marker.ts. */
  service: string;
  log: string;
  /** What a dying daemon printed to stderr. */
  errorLog: string;
  config: string;
  /** Prefix of the socket file names of this root. */
  key: string;
}

/** This host's name; `CC2CC_HOST` or `host` where several containers share one host name. */
export function hostId(env: Env = process.env): string {
  return (localValue('host', env) ?? hostname()).replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
}

export function hostPaths(root: string, env: Env = process.env): HostPaths {
  // Without the suffix option env-paths would append "-nodejs".
  const paths = envPaths('cc2cc', { suffix: '' });
  const key = createHash('sha256').update(root).digest('hex').slice(0, 12);
  // env-paths has no state folder; on Linux its log folder is $XDG_STATE_HOME, the right place.
  const base = process.platform === 'linux' ? paths.log : paths.data;
  const state = join(base, 'hosts', hostId(env), key);
  // The default root owns the plain file name, which people look for; others bear their key.
  const stem = isDefaultRoot(root) ? 'daemon' : `daemon-${key}`;
  return {
    state,
    rendezvous: join(state, 'daemon.json'),
    token: join(state, 'token'),
    locks: join(state, 'locks'),
    stopped: join(state, 'stopped'),
    service: join(state, 'service.json'),
    log: join(paths.log, `${stem}.log`),
    errorLog: join(paths.log, `${stem}.err`),
    config: configPath(),
    key,
  };
}

/**
 * Whether it is the root of who says nothing about it; names of its files and service bear no key. The
 * root has its links resolved, which a home folder may be one of.
 */
export function isDefaultRoot(root: string): boolean {
  return root === realPath(join(homedir(), '.cc2cc'));
}

/**
 * A new daemon's socket path. It bears the instance, so no daemon can ever unlink or take over the
 * socket of another; clients learn it from the rendezvous file.
 *
 * `$XDG_RUNTIME_DIR/cc2cc`, else the state folder, else (where that is too long for a socket
 * address) `/tmp/cc2cc-<uid>`; on Windows a named pipe.
 *
 * @throws Cc2ccError E_UNSAFE for a folder that others own or may write to
 */
export function socketPathFor(paths: HostPaths, instance: string, env: Env = process.env): string {
  const file = `${paths.key}-${instance.slice(0, 8)}.sock`;
  if (process.platform === 'win32') {
    const user = createHash('sha256').update(userInfo().username).digest('hex').slice(0, 8);
    return `\\\\.\\pipe\\cc2cc-${user}-${file.replace('.sock', '')}`;
  }
  for (const folder of socketFolders(paths, env)) {
    const path = join(folder, file);
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) continue;
    ensurePrivateFolder(folder);
    return path;
  }
  // Unreachable as long as the last folder below is short; said plainly should that change.
  throw new Cc2ccError('E_PATH', 'No folder is short enough for a socket path.', {
    hint: 'Set XDG_RUNTIME_DIR to a short path.',
  });
}

/** Where sockets may be made, first choice first. Not on Windows, which has pipes. */
export function socketFolders(paths: HostPaths, env: Env = process.env): string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  const uid = process.getuid?.() ?? 0;
  return [
    // A runtime folder that is gone (ended login, container) must not be made anew by us.
    ...(runtime && isFolder(runtime) ? [join(runtime, 'cc2cc')] : []),
    paths.state,
    `/tmp/cc2cc-${uid}`,
  ];
}

/** False also for a folder that may not even be looked at, such as another user's after `su`. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

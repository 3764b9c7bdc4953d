import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { HostPaths } from './host-paths.js';
import { readServiceMarker, type ServiceMarker } from './service-marker.js';
import { resolveLocal } from './settings/local-value.js';

/** A service manager takes some milliseconds to start a program. */
const ASK_MS = 10_000;

/** A daemon on a busy machine is ready within a second or two. */
const READY_MS = 10_000;

const POLL_MS = 30;

/** Between two questions whether the manager has given up. */
const LOOK_MS = 300;

/**
 * Has the daemon started by the service that was installed for a root, if one was.
 *
 * @param answers whether the daemon is there
 * @returns false where none is installed, none may be asked, or it brought no daemon: then the caller
 *   starts one itself
 */
export async function startService(
  root: string,
  paths: HostPaths,
  answers: () => Promise<boolean>,
): Promise<boolean> {
  if (resolveLocal('noServiceManager').value === true) return false;
  const marker = readServiceMarker(root, paths);
  if (marker === undefined) return false;
  if (!(await succeeds(startCommand(marker)))) return false;
  const probe = probeCommand(marker);
  const deadline = performance.now() + READY_MS;
  let look = performance.now() + LOOK_MS;
  for (;;) {
    if (await answers()) return true;
    if (performance.now() > deadline) return false;
    if (probe !== undefined && performance.now() > look) {
      // It has ended already, because of a mistake in the configuration for instance.
      if (!(await succeeds(probe))) return answers();
      look = performance.now() + LOOK_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const KICKSTART = 'launchctl kickstart "gui/$1" || launchctl kickstart "user/$1"';

/** What starts a service and returns at once. The file says which one, and never what is run. */
function startCommand({ kind, name }: ServiceMarker): string[] {
  switch (kind) {
    case 'systemd':
      return ['systemctl', '--user', 'start', name];
    case 'launchd':
      // The domain of the desktop, or the user's own where nobody was logged in there.
      return ['/bin/sh', '-c', KICKSTART, 'kickstart', `${process.getuid?.() ?? 0}/${name}`];
    case 'task-scheduler':
      return ['schtasks', '/Run', '/TN', name];
  }
}

/**
 * What fails when the service does not run; undefined where only time tells. Between two attempts it
 * fails too: then we start one, and the next attempt takes over from that.
 */
function probeCommand({ kind, name }: ServiceMarker): string[] | undefined {
  if (kind !== 'systemd') return undefined;
  return ['systemctl', '--user', 'is-active', '--quiet', name];
}

function succeeds([program = '', ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: managerEnvironment(),
      stdio: 'ignore',
      windowsHide: true,
    });
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(false);
    }, ASK_MS);
    const finish = (did: boolean): void => {
      clearTimeout(deadline);
      resolve(did);
    };
    child.on('error', () => {
      finish(false);
    });
    child.on('exit', (code) => {
      finish(code === 0);
    });
  });
}

/** Sessions of `su`, cron and ssh may lack the variable by which the user's manager is found. */
export function managerEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  uid: number | undefined = process.getuid?.(),
): NodeJS.ProcessEnv {
  if (process.platform !== 'linux' || env['XDG_RUNTIME_DIR'] || uid === undefined) return env;
  const folder = `/run/user/${uid}`;
  const isOurs = statSync(folder, { throwIfNoEntry: false })?.uid === uid;
  return isOurs ? { ...env, XDG_RUNTIME_DIR: folder } : env;
}

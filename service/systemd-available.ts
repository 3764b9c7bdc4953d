import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Availability } from './manager.js';
import { assertAllowed, runCommand } from './run-command.js';
import { isMasked } from './systemd-state.js';

/** A manager that runs answers in milliseconds; one that hangs is of no use to us. */
const ASK_MS = 5_000;

/**
 * Whether the user has a systemd manager that runs, and that reads units from a folder.
 *
 * @param unit the file of the unit
 */
export async function systemdAvailable(unit: string): Promise<Availability> {
  try {
    assertAllowed();
  } catch (error) {
    return {
      ok: false,
      why: error instanceof Error ? error.message : String(error),
      hint: 'Unset that to have a service.',
    };
  }
  const { output } = await runCommand(['systemctl', '--user', 'is-system-running'], ASK_MS);
  const state = output.split('\n')[0]?.trim() ?? '';
  switch (state) {
    case 'running':
    case 'starting':
    case 'initializing':
    case 'degraded': // other units of the user have failed, which is none of our business
    case 'maintenance':
      return isMasked(unit) ? masked(unit) : readsUnitsFrom(dirname(unit));
    case 'stopping':
      return {
        ok: false,
        why: 'Your systemd user manager is shutting down.',
        hint: 'Log in again.',
      };
    default:
      return whyNot(output, surroundings());
  }
}

function masked(unit: string): Availability {
  const name = basename(unit);
  return {
    ok: false,
    why: `Somebody has forbidden the service: ${name} is masked.`,
    hint: `Allow it: systemctl --user unmask ${name}`,
  };
}

/** Its XDG_CONFIG_HOME need not be the one of the shell in which somebody installs. */
async function readsUnitsFrom(folder: string): Promise<Availability> {
  const show = ['systemctl', '--user', 'show', '--property=UnitPath', '--value'];
  const { code, stdout } = await runCommand(show, ASK_MS);
  const folders = stdout.trim().split(/\s+/).filter(Boolean);
  // A path with blanks comes with escapes: then nobody can tell.
  const tells = code === 0 && folders.length > 0 && !/\s/.test(folder);
  if (!tells || folders.includes(folder)) return { ok: true, notes: [] };
  return {
    ok: false,
    why: `Your systemd user manager reads no units from ${folder}: its XDG_CONFIG_HOME is another one.`,
    hint: 'Set XDG_CONFIG_HOME for the whole login, in ~/.config/environment.d, or unset it and install again.',
  };
}

/** What kind of system it is on which no manager answers. */
export interface Surroundings {
  /** The system itself is run by systemd. */
  systemd: boolean;
  wsl: boolean;
  container: boolean;
  uid: number;
}

/**
 * Why there is no manager, and what to do.
 *
 * @param output of `systemctl --user is-system-running`
 */
export function whyNot(
  output: string,
  { systemd, wsl, container, uid }: Surroundings,
): Availability {
  if (wsl && !systemd) {
    return {
      ok: false,
      why: 'This WSL runs without systemd.',
      hint: 'Put "[boot]" and below it "systemd=true" into /etc/wsl.conf, run "wsl --shutdown" in Windows, and try again.',
    };
  }
  if (container && !systemd) return { ok: false, why: 'This container runs without systemd.' };
  if (/there is no systemctl/.test(output) || !systemd) {
    return { ok: false, why: 'This system is not run by systemd.' };
  }
  return {
    ok: false,
    why: `Your systemd user manager cannot be reached (${output.split('\n').at(-1) ?? ''}).`,
    hint:
      'Log in as this user (ssh, machinectl shell), not by su or sudo. Where nobody logs in: sudo ' +
      `loginctl enable-linger ${uid}, then export XDG_RUNTIME_DIR=/run/user/${uid}`,
  };
}

function surroundings(): Surroundings {
  return {
    systemd: existsSync('/run/systemd/system'),
    wsl: isWsl(),
    container: isContainer(),
    uid: process.getuid?.() ?? 0,
  };
}

function isWsl(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/sys/kernel/osrelease', 'utf8'));
  } catch {
    return false; // no such file: no Linux of that kind
  }
}

function isContainer(): boolean {
  return (
    ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'].some((path) =>
      existsSync(path),
    ) || Boolean(process.env['container'])
  );
}

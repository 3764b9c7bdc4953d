/**
 * What `launchctl` says, and what it means. Its texts are not made for programs and have changed with
 * every other macOS, so as little as possible is read from them.
 */

/** What `launchctl print DOMAIN/LABEL` tells of a job that is loaded. */
export interface Job {
  running: boolean;
  pid: number | null;
  /** How it ended the last time; null when it never has, or by a signal. */
  lastExit: number | null;
}

/** Reads the output of `launchctl print` for a job; only the job's own lines, not those of its parts. */
export function parseJob(output: string): Job {
  const field = (name: string): string | undefined =>
    new RegExp(`^\\t${name} = (.*)$`, 'm').exec(output)?.[1]?.trim();
  const pid = Number(field('pid'));
  const exit = /^-?\d+/.exec(field('last exit code') ?? '')?.[0];
  return {
    running: field('state') === 'running',
    pid: Number.isInteger(pid) && pid > 0 ? pid : null,
    lastExit: exit === undefined ? null : Number(exit),
  };
}

/**
 * Whether `launchctl print-disabled DOMAIN` has the job as one that may start by itself. One that it
 * does not name may. Old systems say `true` for disabled.
 */
export function mayStart(output: string, label: string): boolean {
  const line = output.split('\n').find((text) => text.includes(`"${label}"`));
  return line === undefined || !/=>\s*(?:disabled|true)/.test(line);
}

/**
 * Whether a failed `bootout`, `kill` or `print` only means that the job is not loaded: ESRCH, ENOENT,
 * or "Could not find service".
 */
export function isUnknown(code: number): boolean {
  return code === 3 || code === 2 || code === 113;
}

/** What an exit code of `launchctl` means, in words; undefined for codes that say nothing. */
export function meaningOf(code: number): { message: string; hint?: string } | undefined {
  return MEANINGS[code];
}

const MEANINGS: Readonly<Record<number, { message: string; hint?: string }>> = {
  1: {
    message: 'launchd does not let this session have a service (not permitted).',
    hint: 'Run it without sudo, as the user whose sessions are to talk, in a terminal on the desktop.',
  },
  5: {
    message:
      'launchd refused the service (error 5: it is still being unloaded, disabled, or its file is not good).',
    hint: 'Try once more in some seconds: cc2cc-daemon install. If that does not help, log out and in.',
  },
  37: {
    message: 'launchd is still busy with the service (error 37: operation in progress).',
    hint: 'Try once more in some seconds: cc2cc-daemon install',
  },
  78: {
    message: 'launchd cannot run the service (error 78: a path in its file is wrong).',
    hint: 'Write it anew: cc2cc-daemon install',
  },
  112: {
    message: 'launchd has no domain for this user here.',
    hint: 'Log in on the desktop of that Mac once, and run it there: cc2cc-daemon install',
  },
  113: {
    message: 'launchd does not know the service.',
    hint: 'Load it: cc2cc-daemon install',
  },
  119: {
    message: 'launchd has the service as disabled.',
    hint: 'Enable it: cc2cc-daemon enable',
  },
  125: {
    message: 'launchd has no desktop session of this user (error 125).',
    hint: 'Log in on the desktop of that Mac and run it there: cc2cc-daemon install',
  },
  133: {
    message: 'launchd has the service as disabled.',
    hint: 'Enable it: cc2cc-daemon enable',
  },
};

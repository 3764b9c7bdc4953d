import type { Setting } from './setting.js';

/** Settings that a process needs before it can find a daemon. */
export const LOCAL_SETTINGS = {
  bridgeDir: {
    type: { kind: 'path' },
    variables: ['CC2CC_BRIDGE_DIR', 'BRIDGE_DIR'],
    flag: '--bridge-dir',
    default: undefined,
    otherwise: '`~/.cc2cc`',
    readBy: ['daemon', 'session', 'hooks', 'commands'],
    about: 'the bridge root, where the mailboxes are',
  },
  host: {
    type: { kind: 'text' },
    variables: ['CC2CC_HOST'],
    flag: '--host',
    default: undefined,
    otherwise: 'the host name',
    readBy: ['daemon', 'session', 'hooks', 'commands'],
    about: 'a name for this host; for containers that share a root and a host name',
  },
  noLaunch: {
    type: { kind: 'switch' },
    variables: ['CC2CC_NO_LAUNCH'],
    flag: '--no-launch',
    default: false,
    readBy: ['session', 'commands'],
    about: 'start no daemon in the background; only `cc2cc-daemon run` does then',
  },
  noServiceManager: {
    type: { kind: 'switch' },
    variables: ['CC2CC_NO_SERVICE_MANAGER'],
    flag: '--no-service-manager',
    default: false,
    readBy: ['daemon', 'session', 'commands'],
    about: 'ask no service manager (systemd, launchd, Task Scheduler) for anything',
  },
  hookMs: {
    type: { kind: 'number', above: 0, max: 10_000 },
    variables: ['CC2CC_HOOK_MS'],
    flag: '--hook-ms',
    // An answer is there within 3 ms; a daemon that is busy for longer than this, or stopped, must
    // not be felt at every step of a session.
    default: 100,
    unit: 'milliseconds',
    readBy: ['hooks'],
    about: 'that a hook waits for the daemon',
  },
  debug: {
    type: { kind: 'switch' },
    variables: ['CC2CC_DEBUG'],
    flag: '--debug',
    default: false,
    readBy: ['session', 'hooks'],
    about: 'say on stderr what happens',
  },
} as const satisfies Record<string, Setting>;

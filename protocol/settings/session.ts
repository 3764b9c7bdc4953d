import type { Setting } from './setting.js';

/** Settings of one session. What its shim is not told, the daemon's configuration decides. */
export const SESSION_SETTINGS = {
  name: {
    type: { kind: 'text' },
    variables: ['CC2CC_NAME', 'SELF'],
    flag: '--name',
    default: undefined,
    otherwise: 'a random one',
    readBy: ['session', 'commands'],
    flagOf: ['session'],
    notInFile: 'it is the name of one session, and the file counts for all of them',
    about: "the session's wished name; if it is taken, `name-2` and so on",
  },
  lanes: {
    type: { kind: 'words', of: ['channel', 'socket', 'hook', 'tool'] },
    variables: ['CC2CC_LANES'],
    flag: '--lanes',
    default: undefined,
    otherwise: 'chosen for each session',
    readBy: ['session', 'daemon'],
    about: 'the ways to bring a message to a session, in the order in which they are used',
  },
  transcript: {
    type: { kind: 'choice', of: ['on', 'off'] },
    variables: ['CC2CC_TRANSCRIPT'],
    flag: '--transcript',
    default: 'on',
    readBy: ['session', 'daemon'],
    about: '`off`: do not read what Claude Code writes down of the session',
  },
  presence: {
    type: { kind: 'choice', of: ['on', 'off'] },
    variables: ['CC2CC_PRESENCE'],
    flag: '--presence',
    default: 'on',
    readBy: ['session', 'daemon'],
    about: '`off`: the session is not told of others that join, leave and take another name',
  },
} as const satisfies Record<string, Setting>;

export const SESSION_VARIABLES: readonly string[] = Object.values(SESSION_SETTINGS).flatMap(
  ({ variables }) => [...variables],
);

/** What belongs to this host: state folder, locks, sockets, address, log, clock. */
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadPid, deadSocket, heartbeat, stateOf, type Scene } from '../scene.js';

export const HOST_SCENES: readonly Scene[] = [
  {
    id: 'state',
    what: 'others may write to the state folder',
    breaks: (sandbox) => chmodSync(stateOf(sandbox), 0o777),
    state: 'fail',
    says: /others may write/,
    mend: /^chmod 0700 /,
    also: ['modes'],
  },
  {
    id: 'state',
    what: 'others may read the token',
    breaks: (sandbox) => {
      stateOf(sandbox);
      writeFileSync(sandbox.hostPaths().token, 'x'.repeat(64), { mode: 0o644 });
    },
    state: 'fail',
    says: /token .* is open to others, 0644/,
    mend: /^rm -r .*token.*cc2cc-daemon restart$/,
    also: ['modes'],
  },
  {
    id: 'locks',
    what: 'a process that has ended holds a lock',
    breaks: async (sandbox) => {
      const lock = join(stateOf(sandbox), 'locks', 'start');
      mkdirSync(lock, { recursive: true, mode: 0o700 });
      const holder = JSON.stringify({ pid: await deadPid(), started: '1' });
      writeFileSync(join(lock, '7.json'), holder, { mode: 0o600 });
    },
    state: 'warn',
    says: /1 lock of processes that have ended/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'sockets',
    what: 'a socket is left over',
    breaks: async (sandbox) => {
      const folder = join(sandbox.dir, 'run', 'cc2cc');
      mkdirSync(folder, { mode: 0o700 });
      await deadSocket(join(folder, `${sandbox.hostPaths().key}-12345678.sock`));
    },
    state: 'warn',
    says: /1 socket that nobody listens at/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'rendezvous',
    what: 'the address of a daemon that has ended',
    breaks: async (sandbox) => {
      const file = join(stateOf(sandbox), 'daemon.json');
      const address = { protocol: 1, version: '0.0.1', instance: 'x', pid: await deadPid() };
      const places = { socket: '/nowhere.sock', root: sandbox.root, started: 'then' };
      writeFileSync(file, JSON.stringify({ ...address, ...places }), { mode: 0o600 });
    },
    state: 'warn',
    says: /names a daemon that has ended/,
    mend: /^cc2cc doctor --fix$/,
    fixes: true,
  },
  {
    id: 'daemon',
    what: 'it was stopped on purpose',
    breaks: (sandbox) => writeFileSync(join(stateOf(sandbox), 'stopped'), '', { mode: 0o600 }),
    state: 'warn',
    says: /stopped on purpose/,
    mend: /^cc2cc-daemon start$/,
  },
  {
    id: 'log',
    what: 'a folder lies where the log belongs',
    breaks: (sandbox) => {
      stateOf(sandbox);
      mkdirSync(sandbox.hostPaths().log, { recursive: true });
    },
    state: 'fail',
    says: /a folder, not a file/,
    mend: /^ls -ld .*\.log/,
  },
  {
    id: 'log',
    what: 'the log is far too large',
    breaks: (sandbox) => {
      stateOf(sandbox);
      writeFileSync(sandbox.hostPaths().log, 'x'.repeat(50_000), { mode: 0o600 });
    },
    env: { CC2CC_LOG_BYTES: '10000' },
    state: 'warn',
    says: /49 KiB.*9\.8 KiB/,
    mend: /^cc2cc-daemon restart$/,
  },
  {
    id: 'clock',
    what: 'another host is ahead',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() + 60_000 }),
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
  {
    id: 'clock',
    what: 'another host is behind',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() - 60_000 }),
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
  {
    id: 'clock',
    what: 'the file system is ahead',
    breaks: (sandbox) => {
      const path = heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() });
      const ahead = new Date(Date.now() + 60_000);
      utimesSync(path, ahead, ahead);
    },
    state: 'warn',
    says: /clocks differ/,
    mend: /^timedatectl/,
  },
];

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaunchdState } from './launchctl.js';

const PROGRAM = fileURLToPath(new URL('launchctl.js', import.meta.url));

/** A launchd that a test can ask and tell. */
export interface FakeLaunchd {
  /** Variables by which programs find it. */
  env: { PATH: string; FAKE_LAUNCHD: string };
  read: () => LaunchdState;
  tell: (change: Partial<LaunchdState>) => void;
  /** The commands that were given, without those that only look; forgotten then. */
  orders: () => string[];
}

/** Puts a `launchctl` into a folder of its own below `dir`. */
export function fakeLaunchd(dir: string, told: Partial<LaunchdState> = {}): FakeLaunchd {
  const bin = join(dir, 'launchd-bin');
  const file = join(dir, 'launchd.json');
  mkdirSync(bin);
  const launchctl = join(bin, 'launchctl');
  writeFileSync(launchctl, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(launchctl, 0o755);
  const read = (): LaunchdState => JSON.parse(readFileSync(file, 'utf8')) as LaunchdState;
  const write = (state: LaunchdState): void => writeFileSync(file, JSON.stringify(state));
  write({
    domains: ['gui/501', 'user/501'],
    runs: false,
    leaving: 0,
    failures: {},
    disabled: [],
    jobs: {},
    calls: [],
    ...told,
  });
  return {
    env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, FAKE_LAUNCHD: file },
    read,
    tell: (change) => write({ ...read(), ...change }),
    orders: () => {
      const state = read();
      write({ ...state, calls: [] });
      return state.calls
        .filter(([name]) => !name?.startsWith('print'))
        .map((call) => call.join(' '));
    },
  };
}

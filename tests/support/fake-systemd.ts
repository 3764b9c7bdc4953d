import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliResult } from './cli.js';
import { DAEMON } from './daemon.js';
import type { Extras, Sandbox } from './sandbox.js';

const FAKE = fileURLToPath(new URL('fake-systemctl.js', import.meta.url));

/** The unit's name bears the root's key, as no sandbox has the default root. */
export interface FakeSystemd {
  env: Extras;
  unit: string;
  unitPath: string;
  wantsLink: string;
  serviceJson: string;
  /** What was asked since the last time, as one would type it. */
  calls: () => string[];
  /** From now on a verb fails, or says that with code 0; without a fault, no more. */
  fail: (verb: string, fault?: { code: number; output: string }) => void;
  /** Runs `cc2cc-daemon …`. */
  daemon: (...args: string[]) => Promise<CliResult>;
  daemonWith: (extras: Extras, ...args: string[]) => Promise<CliResult>;
}

/** A user's systemd for a sandbox; the only service manager that it can reach. */
export function fakeSystemd(sandbox: Sandbox): FakeSystemd {
  const folder = join(sandbox.dir, 'systemd');
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const program of ['systemctl', 'loginctl']) {
    const script = `#!/bin/sh\nexec '${process.execPath}' '${FAKE}' ${program} "$@"\n`;
    writeFileSync(join(bin, program), script, { mode: 0o755 });
  }
  const faults: Record<string, unknown> = {};
  const save = (): void => {
    writeFileSync(join(folder, 'faults.json'), JSON.stringify(faults));
  };
  save();
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    FAKE_SYSTEMD: folder,
    CC2CC_NO_SERVICE_MANAGER: undefined,
  };
  const paths = sandbox.hostPaths();
  const unit = `cc2cc-daemon-${paths.key}.service`;
  const units = join(sandbox.dir, 'config', 'systemd', 'user');
  const daemonWith = (extras: Extras, ...args: string[]): Promise<CliResult> =>
    new Promise((resolve) => {
      const options = { env: sandbox.envWith({ ...env, ...extras }), timeout: 60_000 };
      const child = execFile(
        process.execPath,
        [DAEMON, ...args],
        options,
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode, stdout, stderr });
        },
      );
    });
  return {
    env,
    unit,
    unitPath: join(units, unit),
    wantsLink: join(units, 'default.target.wants', unit),
    serviceJson: paths.service,
    calls: () => {
      const file = join(folder, 'calls');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
      rmSync(file, { force: true });
      return lines;
    },
    fail: (verb, fault) => {
      faults[verb] = fault;
      save();
    },
    daemon: (...args) => daemonWith({}, ...args),
    daemonWith,
  };
}

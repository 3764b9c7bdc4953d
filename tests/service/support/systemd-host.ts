import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../../scripts/line-child.js';
import { McpClient } from '../../../scripts/mcp-client.js';
import { until } from '../../support/events.js';

const HERE = new URL('../../../../tests/service/host/', import.meta.url);
const OUTER = fileURLToPath(new URL('outer.sh', HERE));
const INNER = fileURLToPath(new URL('inner.sh', HERE));

const BOOT_MS = 30_000;
const COMMAND_MS = 60_000;

/** What a command in the host said. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Why no host can be had here; undefined where one can. */
export function whyNoHost(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to boot a systemd of its own';
  for (const program of ['unshare', 'nsenter', 'setpriv', 'loginctl', 'dbus-daemon', 'useradd']) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `needs ${program}`;
  }
  if (!existsSync('/lib/systemd/systemd')) return 'needs systemd (/lib/systemd/systemd)';
  const folder = cgroupFolder();
  if (folder === undefined) return 'needs cgroup2';
  const group = join(folder, `cc2cc-try-${process.pid}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
  } catch (error) {
    return `needs to make control groups in ${folder} (${String(error)})`;
  }
  return undefined;
}

function cgroupFolder(): string | undefined {
  return ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) =>
    existsSync(join(folder, 'cgroup.procs')),
  );
}

/** A real systemd as PID 1 of namespaces of its own, on a throw-away copy of this machine's disk. */
export class SystemdHost {
  readonly #keeper: LineChild;
  readonly #folder: string;
  readonly #cgroup: string;
  readonly #clients: McpClient[] = [];
  #pid = 0;

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'c2-host-'));
    this.#cgroup = join(cgroupFolder() ?? '', basename(this.#folder));
    mkdirSync(this.#cgroup);
    const keep = [OUTER, this.#folder, this.#cgroup, INNER];
    this.#keeper = new LineChild({
      command: 'unshare',
      args: ['--mount', '--propagation', 'private', '--', 'bash', ...keep],
      env: { PATH: process.env['PATH'] },
    });
  }

  /** Boots one, and takes it away after the test. Skips the test, with the reason, where none can be had. */
  static async for(t: TestContext): Promise<SystemdHost | undefined> {
    const why = whyNoHost();
    if (why !== undefined) {
      t.skip(why);
      return undefined;
    }
    const host = new SystemdHost();
    t.after(() => host.#down());
    await host.boot();
    return host;
  }

  /** Its root folder, seen from outside. */
  get root(): string {
    return `/proc/${this.#pid}/root`;
  }

  async boot(): Promise<void> {
    const known = this.#keeper.lines.length;
    this.#keeper.sendLine('boot');
    const parent = await until(
      () => /^booting (\d+)$/.exec(this.#keeper.lines[known] ?? '')?.[1],
      `line of the keeper (${this.#keeper.stderr})`,
    );
    this.#pid = await until(
      () => {
        if (this.#keeper.ended !== undefined || this.#keeper.lines.includes('ended', known)) {
          throw new Error(this.#keeper.stderr);
        }
        const [child] = childrenOf(Number(parent));
        return child !== undefined && nameOf(child) === 'systemd' && child;
      },
      'systemd as PID 1',
      BOOT_MS,
    );
    await until(
      () => /^(?:running|degraded)/.test(this.asRoot('systemctl', 'is-system-running').stdout),
      'booted system',
      BOOT_MS,
    );
  }

  /** As a power cut: nothing is told. With `orderly`, users' managers are stopped as a shutdown does. */
  async reboot({ orderly }: { orderly: boolean }): Promise<void> {
    if (orderly) this.asRoot('systemctl', 'stop', 'user@*.service');
    const before = this.#keeper.lines.length;
    // A signal for power-off would have systemd stop everything, our nsenter included, for good.
    process.kill(this.#pid, 'SIGKILL');
    await until(() => this.#keeper.lines.includes('ended', before), 'end of the host', BOOT_MS);
    await this.boot();
  }

  asRoot(...argv: string[]): Said {
    return said(this.#enter(), argv, {});
  }

  /** With the environment that a login gives. */
  asUser(user: string, ...argv: string[]): Said {
    return said([...this.#enter(), ...this.#become(user)], argv, {});
  }

  /** One line for a shell of the user; its variables are the login's. */
  shell(user: string, script: string): Said {
    return this.asUser(user, 'bash', '-c', script);
  }

  /** The same without waiting for its end. */
  start(user: string, ...argv: string[]): LineChild {
    const [command = '', ...args] = [...this.#enter(), ...this.#become(user), ...argv];
    return new LineChild({ command, args, env: { PATH: process.env['PATH'] } });
  }

  /** A session: the shim as Claude Code starts it, in the user's home. */
  async session(user: string, name: string, shim: string): Promise<McpClient> {
    const [command = '', ...args] = [
      ...this.#enter(),
      ...this.#become(user),
      ...['CLAUDECODE=1', 'CC2CC_LANES=channel', `CC2CC_NAME=${name}`],
      ...['/usr/bin/node', shim],
    ];
    const client = McpClient.start({ command, args, env: { PATH: process.env['PATH'] } });
    this.#clients.push(client);
    await client.initialize();
    return client;
  }

  /** Makes a user; its home may have any name. */
  addUser(user: string, home = `/home/${user}`): void {
    must(this.asRoot('useradd', '--create-home', '--home-dir', home, '--shell', '/bin/bash', user));
  }

  /** Logs a user in, as ssh would; the returned function logs out. */
  async logIn(user: string): Promise<() => Promise<void>> {
    const unit = `login-${user}.service`;
    must(
      this.asRoot(
        ...['systemd-run', `--unit=${unit}`, '--quiet', '--collect'],
        ...['-p', 'PAMName=login', '-p', `User=${user}`, 'sleep', 'infinity'],
      ),
    );
    await this.userManager(user, true);
    return async () => {
      this.asRoot('systemctl', 'stop', unit);
      await this.userManager(user, false);
    };
  }

  /** Waits until the user's manager runs, or does not. */
  async userManager(user: string, runs: boolean): Promise<void> {
    const unit = `user@${this.#uid(user)}.service`;
    await until(
      () => {
        const { stdout } = this.asRoot('systemctl', 'is-active', unit);
        return runs ? stdout === 'active\n' : /^(?:inactive|failed)\n$/.test(stdout);
      },
      `${unit} ${runs ? 'active' : 'gone'}`,
      20_000,
    );
  }

  async linger(user: string): Promise<void> {
    must(this.asRoot('loginctl', 'enable-linger', user));
    await this.userManager(user, true);
  }

  #enter(): string[] {
    const namespaces = ['-m', '-p', '-u', '-i', '-C', '-r', '-w'];
    return ['nsenter', '-t', String(this.#pid), ...namespaces, '--'];
  }

  #become(user: string): string[] {
    const uid = this.#uid(user);
    const home = this.#account(user)[5] ?? '';
    return [
      ...['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'],
      ...['env', '-i', '-C', home, `HOME=${home}`, `USER=${user}`, `LOGNAME=${user}`],
      ...['LANG=C.UTF-8', 'PATH=/usr/local/bin:/usr/bin:/bin', `XDG_RUNTIME_DIR=/run/user/${uid}`],
    ];
  }

  #uid(user: string): string {
    return this.#account(user)[2] ?? '';
  }

  #account(user: string): string[] {
    const users = readFileSync(`${this.root}/etc/passwd`, 'utf8').split('\n');
    const line = users.find((one) => one.startsWith(`${user}:`));
    if (line === undefined) throw new Error(`There is no user ${user}.`);
    return line.split(':');
  }

  async #down(): Promise<void> {
    await Promise.allSettled(this.#clients.map((client) => client.close()));
    try {
      process.kill(this.#pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await until(() => this.#keeper.lines.at(-1) === 'ended', 'end of the host', BOOT_MS);
    await this.#keeper.close();
    rmdirSync(this.#cgroup);
    rmSync(this.#folder, { recursive: true });
  }
}

/** @throws Error with what it said, for a command that failed */
export function must(result: Said): string {
  if (result.code === 0) return result.stdout;
  throw new Error(`exit code ${result.code}: ${result.stdout}${result.stderr}`);
}

function said(prefix: readonly string[], argv: readonly string[], env: object): Said {
  const [command = '', ...args] = [...prefix, ...argv];
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
    input: '',
    timeout: COMMAND_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

/**
 * Stands for `systemctl` and `loginctl` on a PATH: records what it is asked, does it with real files and
 * processes as far as our commands can see, and fails as it was told to. Run by the scripts that
 * fake-systemd.ts makes.
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { isRunning } from '../../protocol/process-identity.js';
import { until } from './events.js';

const [program = '', ...args] = process.argv.slice(2);
const folder = process.env['FAKE_SYSTEMD'] ?? '';
const units = join(process.env['XDG_CONFIG_HOME'] ?? '', 'systemd', 'user');
const words = args.filter((arg) => arg !== '--user' && arg !== '--quiet');
const [verb = '', unit = ''] = words;

appendFileSync(join(folder, 'calls'), `${[program, ...args].join(' ')}\n`);
const faults = JSON.parse(readFileSync(join(folder, 'faults.json'), 'utf8')) as Record<
  string,
  { code: number; output: string } | undefined
>;
const fault = faults[verb];
if (fault !== undefined) {
  (fault.code === 0 ? process.stdout : process.stderr).write(`${fault.output}\n`);
  process.exit(fault.code);
}
process.exitCode = await (ACTIONS()[verb] ?? (() => 0))();

function ACTIONS(): Record<string, () => number | Promise<number>> {
  const link = join(units, 'default.target.wants', unit);
  return {
    'is-system-running': () => print('running'),
    'is-active': () => (pidOf(unit) === 0 ? 3 : 0),
    show: () => (unit.startsWith('-') ? print(units) : print(properties(link))),
    enable: () => {
      mkdirSync(join(units, 'default.target.wants'), { recursive: true });
      if (!existsSync(link)) symlinkSync(join(units, unit), link);
      return 0;
    },
    disable: () => {
      if (!existsSync(join(units, unit))) return complain(`Unit file ${unit} does not exist.`);
      rmSync(link, { force: true });
      return 0;
    },
    start,
    stop: async () => {
      const pid = pidOf(unit);
      if (pid === 0) return complain(`Unit ${unit} not loaded.`, 5);
      process.kill(pid, 'SIGTERM');
      await until(() => !isRunning({ pid }), `end of ${pid}`, 10_000);
      return 0;
    },
    'show-user': () => print(existsSync(join(folder, 'linger')) ? 'yes' : 'no'),
    'enable-linger': () => {
      writeFileSync(join(folder, 'linger'), '');
      return 0;
    },
  };
}

function start(): number {
  if (pidOf(unit) !== 0) return 0;
  if (!existsSync(join(units, unit))) return complain(`Unit ${unit} not found.`, 5);
  const text = readFileSync(join(units, unit), 'utf8');
  const unquoted = (line: string): string => JSON.parse(line) as string;
  const [, node = '', main = ''] =
    /^ExecStart=("[^"]+") ("[^"]+") run --service$/m.exec(text) ?? [];
  const set = [...text.matchAll(/^Environment=(".*")$/gm)].map(([, line = '']) => {
    const [name = '', ...value] = unquoted(line).split('=');
    return [name, value.join('=')];
  });
  const child = spawn(unquoted(node), [unquoted(main), 'run', '--service'], {
    env: { ...process.env, ...Object.fromEntries(set), INVOCATION_ID: '1' },
    detached: true,
    stdio: 'ignore',
  });
  writeFileSync(join(folder, `${basename(unit)}.pid`), String(child.pid));
  child.unref();
  return 0;
}

function properties(link: string): string {
  const pid = pidOf(unit);
  const path = join(units, unit);
  return [
    'LoadState=loaded',
    `UnitFileState=${existsSync(link) ? 'enabled' : 'disabled'}`,
    `ActiveState=${pid === 0 ? 'inactive' : 'active'}`,
    `MainPID=${pid}`,
    'Result=success',
    `FragmentPath=${existsSync(path) ? path : ''}`,
    'NeedDaemonReload=no',
  ].join('\n');
}

function pidOf(name: string): number {
  const file = join(folder, `${basename(name)}.pid`);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return pid > 0 && isRunning({ pid }) ? pid : 0;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string, code = 1): number {
  process.stderr.write(`${text}\n`);
  return code;
}

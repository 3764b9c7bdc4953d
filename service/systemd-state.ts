import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { errnoOf } from '../protocol/errors.js';
import { readOwnFile } from '../protocol/own-file.js';
import type { ServiceState } from './manager.js';
import { runCommand } from './run-command.js';
import { isOurs } from './template.js';

const ASK_MS = 5_000;
const MAX_BYTES = 256 * 1024;

const PROPERTIES = [
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'MainPID',
  'Result',
  'FragmentPath',
  'NeedDaemonReload',
  'ConditionResult',
  'ConditionTimestampMonotonic',
];

/** What the files and the user's manager say of a unit. */
export async function systemdState(
  name: string,
  file: { path: string; content: Buffer },
): Promise<ServiceState> {
  const present = readOwnFile(file.path, MAX_BYTES, { privacy: 'any' });
  const bytes = present.kind === 'bytes' ? present.bytes : undefined;
  const installed = bytes !== undefined && isOurs(bytes);
  const current = installed ? bytes.equals(file.content) : null;
  const told = await show(name);
  const pid = Number(told?.['MainPID']);
  const masked = isMasked(file.path) || told?.['LoadState'] === 'masked';
  const problems = [
    ...(masked ? [`${name} is masked: systemctl --user unmask ${name}`] : []),
    ...(bytes !== undefined && !installed
      ? [`${file.path} is not ours: look at it; cc2cc-daemon install --force replaces it`]
      : []),
    ...(present.kind === 'refused' && !masked ? [`${file.path}: ${present.reason}`] : []),
    ...(current === false ? [`${file.path} is out of date: cc2cc-daemon install`] : []),
    ...(installed && told !== undefined ? unitProblems(name, file.path, told) : []),
  ];
  return {
    kind: 'systemd',
    name,
    path: file.path,
    installed,
    current,
    lingers: installed ? await lingers() : null,
    enabled: told === undefined ? null : /^enabled/.test(told['UnitFileState'] ?? ''),
    active:
      told === undefined
        ? null
        : ['active', 'activating', 'reloading'].includes(told['ActiveState'] ?? ''),
    pid: pid > 0 ? pid : null,
    problems,
  };
}

/** Whether the user's manager runs without a login; null where nobody says. */
export async function lingers(): Promise<boolean | null> {
  const user = userName();
  const argv = ['loginctl', 'show-user', user, '--property=Linger', '--value'];
  const { code, stdout } = await runCommand(argv, ASK_MS);
  if (code === 0) return stdout.trim() === 'yes';
  // Who is not logged in is not known to it; this file is what it reads itself.
  return existsSync(`/var/lib/systemd/linger/${user}`) ? true : null;
}

function unitProblems(
  name: string,
  path: string,
  told: Readonly<Record<string, string>>,
): string[] {
  const { ActiveState, Result, FragmentPath, NeedDaemonReload, ConditionResult } = told;
  const wasTried = Number(told['ConditionTimestampMonotonic']) > 0;
  return [
    ...(ActiveState === 'failed'
      ? [`it failed (${Result ?? '?'}): journalctl --user -u ${name}, then cc2cc-daemon start`]
      : []),
    ...(FragmentPath && FragmentPath !== path
      ? [`another unit of that name comes first: ${FragmentPath}`]
      : []),
    ...(NeedDaemonReload === 'yes' ? ['its file has changed: systemctl --user daemon-reload'] : []),
    ...(ActiveState === 'inactive' && wasTried && ConditionResult === 'no'
      ? ['a file that it runs was missing at its last start: cc2cc-daemon install']
      : []),
  ];
}

/** @returns undefined where no manager answers */
async function show(name: string): Promise<Record<string, string> | undefined> {
  const argv = ['systemctl', '--user', 'show', name, ...PROPERTIES.map((one) => `-p${one}`)];
  const { code, stdout } = await runCommand(argv, ASK_MS);
  if (code !== 0) return undefined;
  const pairs = stdout.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return Object.fromEntries(pairs);
}

/** `systemctl mask` puts a link to /dev/null where the unit would be. */
export function isMasked(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink() && readlinkSync(path) === '/dev/null';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? ''); // loginctl takes that as well
  }
}

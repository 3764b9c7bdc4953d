import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A daemon or a shim of this user that runs, of whatever installation. */
export interface OurProcess {
  pid: number;
  ppid: number;
  program: 'daemon' | 'shim';
  /** Its script, links resolved as far as it is there. */
  script: string;
  /** Whether its script has been removed. */
  isGone: boolean;
  /** The bridge root by its environment; undefined where the system does not tell. */
  root: string | undefined;
  /** CC2CC_HOST by its environment. */
  host: string | undefined;
}

/** Takes some 20 ms for a thousand processes. */
const PS_MS = 5_000;

/**
 * The daemons and shims of this user. A process is ours if it belongs to the user and runs a script
 * that lies in a package of the name cc2cc, or did.
 *
 * @returns undefined where the system does not show processes
 */
export function ourProcesses(): OurProcess[] | undefined {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap((name) => inProc(name));
  return process.platform === 'win32' ? undefined : byPs();
}

function inProc(name: string): OurProcess[] {
  if (!/^\d+$/.test(name)) return [];
  const folder = `/proc/${name}`;
  try {
    if (statSync(folder).uid !== process.getuid?.()) return [];
    const args = stringsOf(`${folder}/cmdline`).map((arg) =>
      arg.startsWith('/') ? arg : join(readlinkSync(`${folder}/cwd`), arg),
    );
    const found = programOf(args);
    if (found === undefined) return [];
    const stat = readFileSync(`${folder}/stat`, 'utf8');
    const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const env = new Map(
      stringsOf(`${folder}/environ`).map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    const root = rootOf(env);
    // Another container may have a folder of the same name.
    const isSame = root === undefined || isSameFolder(`${folder}/root${root}`, root);
    if (!isSame) return [];
    return [{ pid: Number(name), ppid, ...found, root, host: env.get('CC2CC_HOST') }];
  } catch {
    return []; // it has ended, or is not to be looked at: nobody can prove that it is ours
  }
}

/** The daemon's default, and what a session or a service gives it. */
function rootOf(env: ReadonlyMap<string, string>): string | undefined {
  const given = env.get('CC2CC_BRIDGE_DIR') || env.get('BRIDGE_DIR');
  const root = given ?? (env.get('HOME') === homedir() ? join(homedir(), '.cc2cc') : undefined);
  if (root === undefined) return undefined;
  try {
    return realpathSync(root.replace(/^~(?=$|\/)/, homedir()));
  } catch {
    return root;
  }
}

function isSameFolder(one: string, other: string): boolean {
  const here = statSync(other, { throwIfNoEntry: false });
  if (here === undefined) return true; // nothing to compare
  const there = statSync(one, { throwIfNoEntry: false });
  return there?.ino === here.ino && there.dev === here.dev;
}

/** macOS and others: no environment, so no root. */
function byPs(): OurProcess[] | undefined {
  const uid = process.getuid?.();
  const options = { encoding: 'utf8', timeout: PS_MS, maxBuffer: 16 * 1024 * 1024 } as const;
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,uid=,command='], options).split('\n');
  return lines.flatMap((line) => {
    const [, pid, ppid, owner, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (owner !== String(uid)) return [];
    // A script's path may hold blanks; it ends with its own name.
    const script = /\s(\/.*?\/(?:daemon\/main\.js|cc2cc-daemon|cc2cc-shim(?:\.cjs)?))(?:\s|$)/;
    const [whole, path] = script.exec(command) ?? [];
    if (whole === undefined || path === undefined) return [];
    const rest = command.slice(command.indexOf(whole) + whole.length).split(' ');
    const found = programOf(['', path, ...rest]);
    return found === undefined
      ? []
      : [{ pid: Number(pid), ppid: Number(ppid), ...found, root: undefined, host: undefined }];
  });
}

/** Node, options of node, the script, its arguments. */
function programOf(
  args: readonly string[],
): Pick<OurProcess, 'program' | 'script' | 'isGone'> | undefined {
  for (const [at, arg] of args.slice(0, 6).entries()) {
    if (at === 0) continue;
    const program = PROGRAMS.find(({ script, bin }) => script.test(arg) || bin.test(arg));
    if (program === undefined) continue;
    // `cc2cc-daemon status` is not one.
    if (program.name === 'daemon' && !/(?:^|\/)run$/.test(args[at + 1] ?? '')) return undefined;
    let script = arg;
    let isGone = false;
    try {
      script = realpathSync(arg);
    } catch {
      isGone = true;
    }
    return isGone || isOurPackage(script) ? { program: program.name, script, isGone } : undefined;
  }
  return undefined;
}

const PROGRAMS = [
  { name: 'daemon', script: /\/dist\/daemon\/main\.js$/, bin: /\/cc2cc-daemon$/ },
  { name: 'shim', script: /\/dist\/bin\/cc2cc-shim\.cjs$/, bin: /\/cc2cc-shim$/ },
] as const;

function isOurPackage(script: string): boolean {
  try {
    const text = readFileSync(join(script, '../../../package.json'), 'utf8');
    return (JSON.parse(text) as { name?: unknown }).name === 'cc2cc';
  } catch {
    return false;
  }
}

function stringsOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\0');
}

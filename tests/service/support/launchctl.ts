/**
 * A `launchctl` for tests, on any system: it keeps in a file which jobs are loaded, really runs them, and
 * fails as it is told to. What it answers is modelled on the real one of macOS 11 to 15.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parsePlist } from './plist.js';

interface Job {
  plist: string;
  pid: number | null;
  /** `print` finds it so many times more, although it has been booted out. */
  leaving: number | null;
}

/** What the test says and sees; see fake-launchctl.ts. */
export interface LaunchdState {
  /** Such as `gui/501`. */
  domains: string[];
  /** Whether jobs are run, or only said to be. */
  runs: boolean;
  /** So many `print`s still find a job that was booted out. */
  leaving: number;
  /** Exit codes of the next calls, by command; 0: as always. */
  failures: Partial<Record<string, number[]>>;
  disabled: string[];
  jobs: Partial<Record<string, Job>>;
  calls: string[][];
}

const FAKE_PID = 4321;

const path = process.env['FAKE_LAUNCHD'] ?? '';
const state = JSON.parse(readFileSync(path, 'utf8')) as LaunchdState;
const [command = '', ...args] = process.argv.slice(2);
state.calls.push([command, ...args]);
const told = state.failures[command]?.shift() ?? 0;
const code = told === 0 ? answer(command, args) : fail(told, 'Input/output error');
writeFileSync(path, JSON.stringify(state));
process.exitCode = code;

function answer(order: string, [first = '', second = '']: string[]): number {
  const label = first.split('/')[2] ?? '';
  switch (order) {
    case 'print':
      return label === '' ? printDomain(first) : print(first);
    case 'print-disabled':
      console.log(`\tdisabled services = {\n${disabledLines()}\t}`);
      return 0;
    case 'enable':
      state.disabled = state.disabled.filter((one) => one !== label);
      return 0;
    case 'disable':
      state.disabled.push(label);
      return 0;
    case 'bootstrap':
      return bootstrap(first, second);
    case 'bootout':
      return bootout(first);
    case 'kickstart':
      return kickstart(first);
    default:
      return fail(64, 'Usage');
  }
}

function printDomain(domain: string): number {
  return state.domains.includes(domain) ? 0 : fail(125, 'Domain does not support specified action');
}

function print(target: string): number {
  const job = state.jobs[target];
  if (job !== undefined && job.leaving !== null) {
    const hasEnded = job.pid === null || !state.runs || !isAlive(job.pid);
    if (job.leaving === 0 && hasEnded) delete state.jobs[target];
    else job.leaving = Math.max(0, job.leaving - 1);
  }
  if (state.jobs[target] === undefined) return fail(113, `Could not find service "${target}"`);
  const isRunning = typeof job?.pid === 'number' && (!state.runs || isAlive(job.pid));
  console.log(`${target} = {
\tactive count = 1
\tpath = ${job?.plist}
\tstate = ${isRunning ? 'running' : 'not running'}
${isRunning ? `\tpid = ${job.pid}\n` : ''}\tlast exit code = ${isRunning ? '(never exited)' : '0'}
\tendpoints = {
\t\tstate = active
\t\tpid = 1
\t}
}`);
  return 0;
}

function disabledLines(): string {
  return state.disabled.map((label) => `\t\t"${label}" => disabled\n`).join('');
}

function bootstrap(domain: string, plist: string): number {
  if (!state.domains.includes(domain)) return fail(125, 'Domain does not support specified action');
  if (!existsSync(plist)) return fail(5, 'Input/output error');
  const label = parsePlist(readFileSync(plist, 'utf8'))['Label'] as string;
  const target = `${domain}/${label}`;
  if (state.jobs[target] !== undefined) return fail(5, 'Input/output error');
  if (state.disabled.includes(label)) return fail(5, 'Input/output error');
  state.jobs[target] = { plist, pid: start(plist), leaving: null };
  return 0;
}

function bootout(target: string): number {
  const job = state.jobs[target];
  if (job === undefined) return fail(3, 'No such process');
  if (state.runs && job.pid !== null && isAlive(job.pid)) process.kill(job.pid, 'SIGTERM');
  job.leaving ??= state.leaving;
  return 0;
}

function kickstart(target: string): number {
  const job = state.jobs[target];
  if (job === undefined) return fail(113, `Could not find service "${target}"`);
  if (job.pid === null || (state.runs && !isAlive(job.pid))) job.pid = start(job.plist);
  return 0;
}

function start(plist: string): number | null {
  if (!state.runs) return FAKE_PID;
  const { ProgramArguments, EnvironmentVariables, WorkingDirectory } = parsePlist(
    readFileSync(plist, 'utf8'),
  );
  const [program = '', ...words] = ProgramArguments as string[];
  const child = spawn(program, words, {
    // Not the terminal's environment, but the login's.
    env: {
      ...(process.env['FAKE_LOGIN'] && JSON.parse(process.env['FAKE_LOGIN'])),
      ...(EnvironmentVariables as Record<string, string>),
    },
    cwd: WorkingDirectory as string,
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  return child.pid ?? null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function fail(exit: number, text: string): number {
  console.error(`${command}: ${exit}: ${text}`);
  return exit;
}

import fs from 'node:fs';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call, Deed, Fault } from './fault.js';

/** As they were before anything was wrapped. */
export const real = { ...fs };
export const realPromises = { ...fs.promises };

export type Sort = Call['how'];

/** One call that has been counted and, unless it was to die there, may be made. */
export interface Step {
  /** What is to become of it; kills before the call have taken effect by now. */
  fault: Deed | undefined;
  ms: number;
  /** To be called when it has ended. */
  end: (error?: unknown) => void;
}

let fault: Fault = {};
/** Of this program; undefined where it is not meant. */
let name: string | undefined;
let folders: readonly string[] = [];
let match: RegExp | undefined;
let skip: RegExp | undefined;
let armed = false;
let steer: string | undefined;
let steering = '';
let owed: number;
let mine = false;
let log: number | undefined;
let n = 0;

/** Descriptors of watched files. */
const open = new Map<number, string>();

const FOLDERS = ['CC2CC_BRIDGE_DIR', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME'];

/** Reads the environment; false where this program is not meant. */
export function readFault(program: string): boolean {
  const text = process.env['CC2CC_TEST_FAULT'];
  if (text === undefined) return false;
  const wanted = JSON.parse(text) as Fault;
  if (wanted.only !== undefined && wanted.only !== program) return false;
  name = program;
  folders = wanted.folders ?? FOLDERS.flatMap((variable) => process.env[variable] ?? []);
  steer = wanted.steer;
  aim(wanted);
  open.set(1, 'stdout'); // where it is a file or a terminal
  if (process.argv.includes('--launched')) open.set(3, 'report');
  return true;
}

/** Numbers begin anew. */
function aim(wanted: Fault): void {
  fault = wanted;
  match = fault.match === undefined ? undefined : new RegExp(fault.match);
  skip = fault.skip === undefined ? undefined : new RegExp(fault.skip);
  armed = fault.arm === undefined;
  owed = fault.times === 'on' ? Infinity : (fault.times ?? 1);
  mine = false;
  n = 0;
}

/** False while nothing is to be counted. */
function isSteered(): boolean {
  if (steer === undefined) return true;
  let text = '';
  try {
    text = real.readFileSync(steer, 'utf8');
  } catch {
    // nobody steers at this moment
  }
  if (text !== steering && text !== '') aim(JSON.parse(text) as Fault);
  steering = text;
  return text !== '';
}

/** The path of a file in a watched folder, however it was named. */
export function watched(file: unknown): string | undefined {
  const path = textOf(file);
  if (path === undefined) return undefined;
  const full = resolve(path);
  return folders.some((folder) => full === folder || full.startsWith(folder + sep))
    ? full
    : undefined;
}

export function pathOf(fd: unknown): string | undefined {
  return typeof fd === 'number' ? open.get(fd) : undefined;
}

/** Notes which file a descriptor is; one of another file is forgotten. */
export function opened(fd: number, path: string | undefined): void {
  if (path === undefined) open.delete(fd);
  else open.set(fd, path);
}

export function closed(fd: unknown): void {
  if (typeof fd === 'number') open.delete(fd);
}

/**
 * Counts a call, notes it, and kills where that is due.
 *
 * @returns undefined when it does not count
 */
export function count(
  call: string,
  how: Sort,
  change: boolean,
  path: string,
  to?: string,
): Step | undefined {
  if (name === undefined || !isSteered()) return undefined;
  const { calls = 'all' } = fault;
  if (calls === 'changes' ? !change : calls !== 'all' && !calls.includes(call)) return undefined;
  const both = to === undefined ? path : `${path}\n${to}`;
  if (match?.test(both) === false || skip?.test(both) === true || !isArmed()) return undefined;
  n += 1;
  const deed = due() ? fault.do : undefined;
  const number = n;
  note({
    n: number,
    name: call,
    how,
    path,
    to,
    change,
    program: name,
    pid: process.pid,
    fault: deed,
  });
  const dies = deed === 'kill' || deed === 'torn';
  if (deed === 'kill' && fault.after !== true) die();
  return {
    fault: dies && fault.after === true ? undefined : deed,
    ms: fault.ms ?? 5_000,
    end: (error) => {
      note({ n: number, pid: process.pid, end: true, error: codeOf(error) });
      if (dies && fault.after === true) die();
    },
  };
}

/** SIGKILL takes effect before this returns. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function isArmed(): boolean {
  armed ||= real.existsSync(fault.arm ?? '');
  return armed;
}

function due(): boolean {
  if (fault.do === undefined || n < (fault.at ?? 1) || owed <= 0 || !isOurTurn()) return false;
  owed -= 1;
  return true;
}

/** Whoever makes the file has the fault, for as long as it lasts. */
function isOurTurn(): boolean {
  if (fault.once === undefined || mine) return true;
  try {
    real.closeSync(real.openSync(fault.once, 'wx'));
    mine = true;
  } catch {
    owed = 0; // somebody else had it
  }
  return mine;
}

function note(line: Record<string, unknown>): void {
  if (fault.log === undefined) return;
  log ??= real.openSync(fault.log, 'a', 0o600);
  real.writeSync(log, `${JSON.stringify(line)}\n`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? 'error') : undefined;
}

function textOf(file: unknown): string | undefined {
  if (typeof file === 'string') return file;
  if (file instanceof URL) return fileURLToPath(file);
  return file instanceof Uint8Array ? Buffer.from(file).toString() : undefined;
}

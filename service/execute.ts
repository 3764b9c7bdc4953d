import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import { isAnythingAt } from '../protocol/anything-at.js';
import { makeFolder } from '../protocol/make-folder.js';
import { readOwnFile } from '../protocol/own-file.js';
import { shownAction } from './shown-action.js';
import type { Action } from './manager.js';
import { RUN_MS, runCommand } from './run-command.js';
import { patiently } from '../protocol/patiently.js';

/** More than any file of a service. */
const MAX_BYTES = 256 * 1024;

/** Between two looks at what has not come about yet. */
const AGAIN_MS = 100;

/** One step as it was done, or would be. */
export interface Step {
  do: Action['do'];
  /** The path, or the command as one would type it. */
  what: string;
  /** False where it was so already. */
  changed: boolean;
}

export interface ExecutionOptions {
  /** Change nothing: say what would be done. */
  dryRun: boolean;
  /** Replace files that are not ours. */
  force: boolean;
  /** Takes a line for each step that changes something; with `dryRun` also the texts of files. */
  say: (line: string) => void;
}

/** Carries plans out, and can put the files back as they were. */
export class Execution {
  readonly steps: Step[] = [];
  readonly #options: ExecutionOptions;
  readonly #undo: { what: string; step: () => void }[] = [];

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  /**
   * One step after another; the first that fails ends it. None is done where a file is in the way that
   * is not ours.
   *
   * @throws Cc2ccError E_STORE, E_UNSAFE (a file that is not ours), E_SERVICE (a command failed)
   */
  async carryOut(plan: readonly Action[]): Promise<void> {
    for (const action of plan) {
      if (action.do === 'write' || action.do === 'remove') this.#present(action.path, action.ours);
    }
    for (const action of plan) {
      const changed = await this.#carried(action);
      const [what = '', ...details] = shownAction(action);
      this.steps.push({ do: action.do, what, changed });
      if (!changed) continue;
      this.#options.say(`${VERBS[action.do]} ${what}`);
      if (this.#options.dryRun) for (const line of details) this.#options.say(`    ${line}`);
    }
  }

  /** Says a step that is done by other means. */
  note(line: string): void {
    this.#options.say(line);
  }

  /**
   * Puts files back as they were before, the last one first.
   *
   * @returns what could not be put back, as sentences
   */
  rollBack(): string[] {
    return this.#undo
      .splice(0)
      .reverse()
      .flatMap(({ what, step }) => {
        try {
          step();
          return [];
        } catch (error) {
          return [`${what} is not as it was: ${errnoOf(error) ?? String(error)}.`];
        }
      });
  }

  async #carried(action: Action): Promise<boolean> {
    try {
      return await this.#one(action);
    } catch (error) {
      if (error instanceof Cc2ccError || action.do === 'run' || errnoOf(error) === undefined)
        throw error;
      throw storeError(`${VERBS[action.do].trim()} it`, action.path, error);
    }
  }

  async #one(action: Action): Promise<boolean> {
    const { dryRun } = this.#options;
    switch (action.do) {
      case 'folder':
        if (isAnythingAt(action.path)) return false;
        if (!dryRun) this.#makeFolder(action.path);
        return true;
      case 'write': {
        const present = this.#present(action.path, action.ours);
        if (present?.content?.equals(action.content) && isMode(present.mode, action.mode))
          return false;
        if (!dryRun) this.#write(action.path, action.content, action.mode, present);
        return true;
      }
      case 'remove': {
        const present = this.#present(action.path, action.ours);
        if (present === undefined) return false;
        if (!dryRun) this.#remove(action.path, present);
        return true;
      }
      case 'unlink':
        if (linkAt(action.path) !== action.to) return false;
        if (!dryRun) this.#unlink(action.path, action.to);
        return true;
      case 'run':
        if (!dryRun) await run(action);
        return true;
    }
  }

  /**
   * What lies at a path that is about to change.
   *
   * @throws Cc2ccError E_UNSAFE when it is not ours and `force` was not given
   */
  #present(path: string, ours: ((present: Buffer) => boolean) | undefined): Present | undefined {
    const file = readOwnFile(path, MAX_BYTES);
    if (file.kind === 'missing') return undefined;
    if (file.kind === 'bytes') {
      if (!this.#options.force && ours?.(file.bytes) === false)
        throw foreign(path, 'others wrote it');
      return { content: file.bytes, mode: file.stats.mode & 0o777 };
    }
    const link = linkAt(path);
    if (link === undefined || !this.#options.force) throw foreign(path, file.reason);
    return { content: undefined, mode: 0, link };
  }

  #makeFolder(path: string): void {
    const parent = dirname(path);
    if (!isAnythingAt(parent)) this.#makeFolder(parent);
    try {
      makeFolder(path);
    } catch (error) {
      throw storeError('make the folder', path, error);
    }
    this.#undo.push({ what: path, step: () => removeEmpty(path) });
  }

  #write(path: string, content: Buffer, mode: number, present: Present | undefined): void {
    const folder = dirname(path);
    if (!isAnythingAt(folder)) this.#makeFolder(folder);
    writeAtomically(path, content, mode);
    this.#undo.push({ what: path, step: () => restore(path, present) });
  }

  #remove(path: string, present: Present): void {
    try {
      rmSync(path);
    } catch (error) {
      throw storeError('remove the file', path, error);
    }
    this.#undo.push({ what: path, step: () => restore(path, present) });
  }

  #unlink(path: string, to: string): void {
    try {
      rmSync(path);
    } catch (error) {
      throw storeError('remove the link', path, error);
    }
    this.#undo.push({ what: path, step: () => symlinkSync(to, path) });
  }
}

/** Windows has no such bits: what it tells of a file is not what was asked for. */
function isMode(present: number, wanted: number): boolean {
  return process.platform === 'win32' || present === wanted;
}

/** How steps are told; `would` is said by whoever asks for a dry run. */
const VERBS: Readonly<Record<Action['do'], string>> = {
  folder: 'mkdir ',
  write: 'write ',
  remove: 'remove',
  unlink: 'unlink',
  run: 'run   ',
};

/** What was there before. */
interface Present {
  content: Buffer | undefined;
  mode: number;
  /** Of a symbolic link: where it leads. */
  link?: string;
}

/** A new file under the name at once, or none: whoever reads it never sees half of it. */
function writeAtomically(path: string, content: Buffer, mode: number): void {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      fchmodSync(fd, mode); // whatever the umask
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    patiently(() => renameSync(draft, path)); // replaces a link itself and does not follow it
  } catch (error) {
    rmSync(draft, { force: true });
    throw storeError('write the file', path, error);
  }
}

function restore(path: string, present: Present | undefined): void {
  if (present === undefined) rmSync(path, { force: true });
  else if (present.content !== undefined) writeAtomically(path, present.content, present.mode);
  else if (present.link !== undefined) {
    rmSync(path, { force: true });
    symlinkSync(present.link, path);
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
  }
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function foreign(path: string, why: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is not ours (${why}): it stays as it is.`, {
    hint: 'Look at it and move it away, or say --force to have it replaced.',
  });
}

/** @throws Cc2ccError E_SERVICE */
async function run(action: Extract<Action, { do: 'run' }>): Promise<void> {
  const { harmless, explain } = action;
  const { code, output, inTime } = await outcomeOf(action);
  if ((inTime && code === 0) || harmless?.(code, output) === true) return;
  const known = explain?.(code, output);
  const [command = ''] = shownAction(action);
  const said = output === '' ? `exit code ${code}` : output.split('\n').slice(-3).join(' ');
  throw new Cc2ccError(
    'E_SERVICE',
    known?.message ?? `${command} failed: ${said}`,
    known?.hint === undefined ? {} : { hint: known.hint },
  );
}

/** What the command came to, or the last of its repetitions; `inTime` unless it was awaited in vain. */
async function outcomeOf({
  argv,
  until,
  deadlineMs = RUN_MS,
}: Extract<Action, { do: 'run' }>): Promise<{ code: number; output: string; inTime: boolean }> {
  if (until === undefined) return { ...(await runCommand(argv, deadlineMs)), inTime: true };
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const outcome = await runCommand(argv);
    if (until(outcome.code, outcome.output)) return { ...outcome, inTime: true };
    if (performance.now() > deadline) return { ...outcome, inTime: false };
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import { isAnythingAt } from '../protocol/anything-at.js';
import { ChangedFiles, linkAt } from './changed-files.js';
import type { Action } from './manager.js';
import { runStep } from './run-step.js';
import { shownAction } from './shown-action.js';

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
  readonly #files: ChangedFiles;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#files = new ChangedFiles(options.force);
  }

  /**
   * One step after another; the first that fails ends it. None is done where a file is in the way that
   * is not ours.
   *
   * @throws Cc2ccError E_STORE, E_UNSAFE (a file that is not ours), E_SERVICE (a command failed)
   */
  async carryOut(plan: readonly Action[]): Promise<void> {
    for (const action of plan) {
      if (action.do === 'write' || action.do === 'remove')
        this.#files.present(action.path, action.ours);
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
    return this.#files.rollBack();
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
        if (!dryRun) this.#files.makeFolder(action.path);
        return true;
      case 'write': {
        const present = this.#files.present(action.path, action.ours);
        if (present?.content?.equals(action.content) && isMode(present.mode, action.mode))
          return false;
        if (!dryRun) this.#files.write(action.path, action.content, action.mode, present);
        return true;
      }
      case 'remove': {
        const present = this.#files.present(action.path, action.ours);
        if (present === undefined) return false;
        if (!dryRun) this.#files.remove(action.path, present);
        return true;
      }
      case 'unlink':
        if (linkAt(action.path) !== action.to) return false;
        if (!dryRun) this.#files.unlink(action.path, action.to);
        return true;
      case 'run':
        if (!dryRun) await runStep(action);
        return true;
    }
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

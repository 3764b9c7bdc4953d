import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errnoOf } from '../protocol/errors.js';

/** What this daemon was started from, and what the next one needs first. */
const FILES = ['./main.js', '../../package.json'].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);

/**
 * Rounds for which the files must have been gone: two minutes at the usual 4 s. `npm install -g` takes
 * the old folder away before it fetches what the new one needs: a matter of seconds, on a slow line
 * of a minute. To wait costs nothing, since all that a daemon uses is loaded at its start.
 */
const ROUNDS = 30;

/** Notices that the program has been removed under this process, and not just replaced. */
export class OwnFiles {
  readonly #graceMs: number;
  readonly #files: readonly string[];
  readonly #now: () => number;
  #since: number | undefined;

  /** @param now milliseconds of a clock that is never set */
  constructor(roundMs: number, files = FILES, now: () => number = () => performance.now()) {
    this.#graceMs = ROUNDS * roundMs;
    this.#files = files;
    this.#now = now;
  }

  /** The file that has been missing for too long. */
  gone(): string | undefined {
    const missing = this.#files.find(isMissing);
    if (missing === undefined) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= this.#now();
    return this.#now() - this.#since >= this.#graceMs ? missing : undefined;
  }
}

/** A file that cannot be looked at, on a share that does not answer, is not gone. */
function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
  }
}

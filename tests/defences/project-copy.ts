import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Defence } from './defence.js';
import { compile, takeOut } from './take-out.js';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** What is large, or not to be touched. */
const NOT_COPIED = new Set(['.git', 'node_modules']);
/** A test file that takes this much longer than four times what it took as the project is, hangs. */
const PATIENCE_MS = 60_000;
/** Past this a script is ended, whatever it does: tests/run.ts has ended its files long before. */
const LIMIT_MS = 900_000;

/** How the tests in a copy ended. */
export interface Outcome {
  passed: number;
  failed: number;
  tookMs: number;
  /** A test file had to be ended. */
  hung: boolean;
  /** All that was printed. */
  output: string;
}

/** A built copy of this project, in which sources can be changed one at a time. */
export class ProjectCopy {
  readonly #dir: string;

  constructor() {
    this.#dir = realpathSync(mkdtempSync(join(tmpdir(), 'c2d-')));
    cpSync(PROJECT, this.#dir, {
      recursive: true,
      filter: (path) => !NOT_COPIED.has(basename(path)),
    });
    symlinkSync(join(PROJECT, 'node_modules'), join(this.#dir, 'node_modules'), 'junction');
    process.once('exit', () => {
      this.remove();
    });
  }

  /**
   * Runs the tests of a defence with the defence taken out.
   *
   * @param whole how they ended as the project is
   * @throws Error when the text to be replaced is not there exactly once, or the result is no program
   */
  async without(defence: Defence, whole: Outcome): Promise<Outcome> {
    const path = join(this.#dir, defence.file);
    const source = readFileSync(path, 'utf8');
    const built = join(this.#dir, 'dist', defence.file.replace(/\.ts$/, '.js'));
    const good = readFileSync(built, 'utf8');
    const taken = takeOut(source, defence);
    try {
      writeFileSync(built, compile(taken, path));
      writeFileSync(path, taken); // bundles are made from the sources
      await this.#bundle();
      const outcome = await this.run(defence, PATIENCE_MS + 4 * whole.tookMs);
      // What does not start fails every test, and that says nothing of the defence.
      if (outcome.failed > 0 && !outcome.hung) await this.#prove();
      return outcome;
    } finally {
      writeFileSync(built, good);
      writeFileSync(path, source);
      await this.#bundle();
    }
  }

  /** Runs the tests of a defence as the project is; each file may take so long. */
  async run(
    { tests, only, suite = 'all' }: Pick<Defence, 'tests' | 'only' | 'suite'>,
    fileMs?: number,
  ): Promise<Outcome> {
    const begun = performance.now();
    const env = fileMs === undefined ? {} : { TEST_FILE_TIMEOUT_MS: String(Math.ceil(fileMs)) };
    const args = ['--suite', suite, ...(only === undefined ? [] : ['--only', only]), ...tests];
    const { output } = await this.#node(['dist/tests/run.js', ...args], env);
    const totals = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?$/m.exec(output);
    if (totals === null) throw new Error(`The tests came to no end.\n${endOf(output)}`);
    const tookMs = performance.now() - begun;
    const hung = fileMs !== undefined && tookMs >= fileMs;
    return { passed: Number(totals[1]), failed: Number(totals[2]), tookMs, hung, output };
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async #bundle(): Promise<void> {
    const { code, output } = await this.#node(['bundle.js']);
    if (code !== 0) throw new Error(`It cannot be bundled.\n${endOf(output)}`);
  }

  /** @throws Error when no message is delivered between two sessions of a throw-away home */
  async #prove(): Promise<void> {
    const script = `
      const { proveDelivery } = await import('./dist/scripts/proof.js');
      const { resolve } = process.getBuiltinModule('path');
      const [daemon, shim] = ['dist/daemon/main.js', 'dist/bin/cc2cc-shim.cjs'].map((path) => resolve(path));
      await proveDelivery(daemon, shim, console.log);`;
    const { code, output } = await this.#node(['--input-type=module', '--eval', script]);
    if (code !== 0) throw new Error(`Nothing works without it.\n${endOf(output)}`);
  }

  /** Runs a script of the copy to its end, whatever it says. */
  #node(args: string[], env = {}): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: this.#dir,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      }
      child.once('error', reject);
      child.once('exit', (code) => {
        resolve({ code, output }); // and not 'close': what a test left behind may hold the pipe
      });
    });
  }
}

/** Where the failures are told. */
export function endOf(output: string): string {
  return output.trimEnd().split('\n').slice(-60).join('\n');
}

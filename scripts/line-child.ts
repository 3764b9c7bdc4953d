import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { LineDecoder } from '../protocol/framing.js';
import { MAX_FRAME_BYTES } from '../protocol/limits.js';
import { Journal } from './journal.js';

export interface StartOptions {
  command: string;
  args?: readonly string[];
  /** Required, so that nobody reaches the user's own daemon by forgetting it. */
  env: NodeJS.ProcessEnv;
  cwd?: string;
}
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const EXIT_MS = 5_000;
/** A grandchild may hold the pipes open after the child's end; then nothing says that all was read. */
const DRAIN_MS = 500;
const STDERR_CHARACTERS = 64 * 1024;

/** A child process that speaks in lines on stdin and stdout; what it says is recorded. */
export class LineChild {
  readonly pid: number | undefined;
  /** Resolves at the child's end, whatever the reason; never rejects. */
  readonly exited: Promise<Exit>;
  /** The last of what it wrote to stderr. */
  stderr = '';

  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines = new Journal<string>();
  readonly #listeners = new Set<(line: Buffer) => void>();
  #ended: string | undefined;

  constructor({ command, args = [], env, cwd }: StartOptions) {
    const child = spawn(command, args, { env, cwd, stdio: 'pipe', windowsHide: true });
    this.#child = child;
    this.pid = child.pid;
    const decoder = new LineDecoder(MAX_FRAME_BYTES);
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        for (const line of decoder.push(chunk)) this.#take(line);
      } catch (error) {
        this.#end(String(error)); // a line beyond the cap: nothing after it can be trusted
        child.kill('SIGKILL');
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_CHARACTERS);
    });
    // A write to a dead child fails here as well as in 'exit', which says more.
    child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#end(`${command} could not be started: ${error.message}`);
        resolve({ code: null, signal: null });
      });
      child.once('exit', (code, signal) => {
        const why = `the process ended with ${signal ?? `exit code ${code}`}`;
        const end = (): void => {
          this.#end(why);
        };
        child.once('close', end);
        setTimeout(end, DRAIN_MS).unref();
        resolve({ code, signal });
      });
    });
  }

  /** Every line of stdout as it came. */
  get lines(): readonly string[] {
    return this.#lines.all;
  }

  /** Why nothing can come any more, once that is so. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Every line as bytes, before anything else looks at it: for those who measure time. */
  onLine(listener: (line: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waitForLine(part: string, timeoutMs: number): Promise<string> {
    return this.#lines.waitFor((line) => line.includes(part), `line with "${part}"`, timeoutMs);
  }

  /** Writes anything at all. To a child that is gone it writes nothing. */
  sendLine(line: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${line}\n`);
  }

  /**
   * Ends stdin, as a client that goes away, and waits for the child's end.
   *
   * @throws Error when it does not end; it is killed then
   */
  async close(timeoutMs = EXIT_MS): Promise<Exit> {
    this.#child.stdin.end();
    let late = false;
    const deadline = setTimeout(() => {
      late = this.#child.kill('SIGKILL');
    }, timeoutMs);
    const exit = await this.exited;
    clearTimeout(deadline);
    if (late) throw new Error(`The child did not end within ${timeoutMs} ms of the end of stdin.`);
    return exit;
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal);
    return this.exited;
  }

  /** For subclasses; called once per line, after the listeners. */
  protected takeLine(_line: string): void {
    // a plain child only records
  }

  /** For subclasses; called once. */
  protected takeEnd(_why: string): void {
    // a plain child only records
  }

  #take(line: Buffer): void {
    for (const listener of this.#listeners) listener(line);
    const text = line.toString();
    this.#lines.record(text);
    this.takeLine(text);
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#lines.end(why);
    this.takeEnd(why);
  }
}

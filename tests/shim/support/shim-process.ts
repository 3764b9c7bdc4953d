import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { LineDecoder } from '../../../protocol/framing.js';
import { MAX_FRAME_BYTES } from '../../../protocol/limits.js';
import type { Json } from './fake-daemon.js';
import { SHIM, type Home } from './home.js';
import { Queue } from './queue.js';

/** The compiled shim with a client's ends of its pipes. */
export class ShimProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Lines on stdout, parsed: what is no JSON fails the test. */
  readonly lines = new Queue<Json>();
  readonly stderr = new Queue<string>();
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(
    t: TestContext,
    home: Home,
    env: Record<string, string> = {},
    args: string[] = [],
    raw = false,
  ) {
    this.child = spawn(process.execPath, [SHIM, ...args], { env: { ...home.env, ...env } });
    this.exited = once(this.child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    t.after(async () => {
      this.child.kill('SIGKILL');
      await this.exited;
    });
    this.child.stdin.on('error', () => {}); // it may be gone before we are done writing
    if (raw) return; // the test reads for itself
    const decoder = new LineDecoder(MAX_FRAME_BYTES);
    this.child.stdout.on('data', (chunk: Buffer) => {
      for (const line of decoder.push(chunk)) this.lines.push(JSON.parse(line.toString()) as Json);
    });
    this.child.stdout.on('close', () => {
      this.lines.end();
    });
    const errors = new LineDecoder(MAX_FRAME_BYTES);
    this.child.stderr.on('data', (chunk: Buffer) => {
      for (const line of errors.push(chunk)) this.stderr.push(line.toString());
    });
    this.child.stderr.on('close', () => {
      this.stderr.end();
    });
  }

  send(message: Json): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  async answer(): Promise<Json> {
    const line = await this.lines.next();
    if (line === undefined) throw new Error('the shim ended before it answered');
    return line;
  }

  /** Waits for a line on stderr that holds the text. */
  async says(text: string): Promise<string> {
    const line = await this.stderr.find((said) => said.includes(text));
    if (line === undefined) throw new Error(`the shim ended before it said: ${text}`);
    return line;
  }
}

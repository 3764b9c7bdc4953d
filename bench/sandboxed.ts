import { rmSync } from 'node:fs';
import { makeSandbox, type Sandbox } from '../tests/support/sandbox.js';

/** 128 + SIGINT, as a shell reports it. */
const INTERRUPTED = 130;
const NEVER = new Promise<never>(() => undefined);

/**
 * Folders of figures that are done. They go when all is measured: ext4 looks at each file removed in
 * the last minutes before it makes a new one, so clearing up after one figure made every file of the
 * next take 0.9 ms instead of 0.01.
 */
const used: string[] = [];
let current: Sandbox | undefined;
let interrupted = false;

/** Runs a figure in a sandbox of its own and ends everything in it. */
export async function sandboxed<T>(run: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  // The children get a Ctrl-C as well and figures break; what follows must start nothing new.
  if (interrupted) return NEVER;
  const sandbox = makeSandbox();
  used.push(sandbox.dir);
  current = sandbox;
  try {
    return await run(sandbox);
  } catch (error) {
    if (interrupted) return await NEVER;
    throw error;
  } finally {
    if (!interrupted) await sandbox.end();
  }
}

/** On Ctrl-C ends the figure under way, removes everything and exits. */
export function endOnInterrupt(): void {
  const interrupt = (): void => {
    if (interrupted) return; // a shell may signal the process and its group
    interrupted = true;
    void (current?.end() ?? Promise.resolve()).catch(console.error).finally(() => {
      removeSandboxes();
      process.exit(INTERRUPTED);
    });
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
}

/** Removes what all figures have left. */
export function removeSandboxes(): void {
  for (const dir of used.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

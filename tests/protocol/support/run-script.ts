import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A child that holds something until it is killed. */
export type HoldingChild = ChildProcessByStdio<Writable, Readable, null>;

/** Runs a compiled script of this folder in a process of its own; what it printed, as JSON. */
export async function runScript(name: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [pathOf(name), ...args], { timeout: 60_000 });
  return JSON.parse(stdout) as unknown;
}

/** Starts a script and waits for its first word on stdout. */
export async function startScript(name: string, args: readonly string[]): Promise<HoldingChild> {
  const child = spawn(process.execPath, [pathOf(name), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineChild } from '../../scripts/line-child.js';
import type { Sandbox } from '../../tests/support/sandbox.js';

const READY_MS = 10_000;

/** Starts a floor process of this folder; it ends with the sandbox. */
export function startFloor(sandbox: Sandbox, script: string, ...args: string[]): LineChild {
  const path = fileURLToPath(new URL(`${script}.js`, import.meta.url));
  const env = sandbox.envWith({});
  const child = new LineChild({ command: process.execPath, args: [path, ...args], env });
  sandbox.defer(() => child.close());
  return child;
}

/**
 * Starts a relay and the pipe ends that hang on its socket, and waits until all are connected.
 *
 * @returns the ends, then the relay
 */
export async function startRelay(
  sandbox: Sandbox,
  script: 'folder-relay' | 'hub-relay',
  args: readonly string[],
  ends: number,
): Promise<LineChild[]> {
  const pipe = `\\\\.\\pipe\\cc2cc-floor-${process.pid}`;
  const socket = process.platform === 'win32' ? pipe : join(sandbox.dir, 'floor.sock');
  const relay = startFloor(sandbox, script, ...args, socket);
  await relay.waitForLine('ready', READY_MS);
  const children: LineChild[] = [];
  for (let i = 0; i < ends; i += 1) {
    const joined = new Promise<void>((resolve) => {
      const stop = relay.onLine(() => {
        stop();
        resolve();
      });
    });
    children.push(startFloor(sandbox, 'pipe-end', socket));
    await joined;
  }
  return [...children, relay];
}

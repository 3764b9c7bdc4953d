import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandResult } from './support.js';

const COMMAND_MS = 40_000;

/** Runs one of our programs to its end in exactly this environment. */
export function runIn(
  env: Record<string, string>,
  args: readonly string[],
  stdin = '',
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { env, timeout: COMMAND_MS };
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined); // it may end without reading
    child.stdin?.end(stdin);
  });
}

runIn.cc2cc = fileURLToPath(new URL('../../../bin/cc2cc.cjs', import.meta.url));

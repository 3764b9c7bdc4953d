import { spawn } from 'node:child_process';
import { Cc2ccError, errnoOf } from '../protocol/errors.js';
import { managerEnvironment } from '../protocol/service-start.js';
import { resolveLocal } from '../protocol/settings/local-value.js';

/** A service manager that stops a daemon waits for it: a little over two seconds, more on a busy machine. */
export const RUN_MS = 30_000;

/** More than any of these programs says; the rest is read and dropped. */
const MAX_OUTPUT = 256 * 1024;

/** What became of a program. */
export interface Outcome {
  /** Exit code; -1 when it could not be started, was ended by a signal, or was too slow. */
  code: number;
  /** stdout, then stderr; when it did not run to its end, why. */
  output: string;
  stdout: string;
}

/**
 * Runs a program of the service manager, without a shell, in English, with nothing to read.
 *
 * @throws Cc2ccError E_SERVICE where no service manager may be asked (`noServiceManager`)
 */
export async function runCommand(
  argv: readonly string[],
  deadlineMs: number = RUN_MS,
): Promise<Outcome> {
  assertAllowed();
  const [program = '', ...args] = argv;
  return new Promise<Outcome>((resolve) => {
    const child = spawn(program, args, {
      env: { ...managerEnvironment(), LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const said = { stdout: '', stderr: '' };
    const collect = (to: 'stdout' | 'stderr') => (chunk: string) => {
      if (said[to].length < MAX_OUTPUT) said[to] += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect('stdout'));
    child.stderr.setEncoding('utf8').on('data', collect('stderr'));
    const finish = (code: number, why = ''): void => {
      clearTimeout(deadline);
      const output = [said.stdout, said.stderr, why].filter(Boolean).join('\n').trim();
      resolve({ code, output, stdout: said.stdout });
    };
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      // What it started may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
      finish(-1, `no answer within ${deadlineMs / 1000} s`);
    }, deadlineMs);
    child.on('error', (error) => {
      finish(-1, errnoOf(error) === 'ENOENT' ? `there is no ${program}` : error.message);
    });
    child.on('close', (code, signal) => {
      finish(code ?? -1, signal === null ? '' : `ended by ${signal}`);
    });
  });
}

/** @throws Cc2ccError E_SERVICE */
export function assertAllowed(): void {
  const { value, source, name = '' } = resolveLocal('noServiceManager');
  if (value !== true) return;
  throw new Cc2ccError(
    'E_SERVICE',
    `No service manager may be asked: ${source === 'file' ? `noServiceManager in ${name}` : name} forbids it.`,
    { hint: 'Unset that to have a service made, changed or taken away.' },
  );
}

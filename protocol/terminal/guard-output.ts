import { errnoOf, ExitCode } from '../errors.js';

/**
 * Makes the end of whoever reads our stdout the quiet end of this process, as in
 * `cc2cc log | head -1`, and a disk that is full an error. For commands, before any output.
 *
 * @param program its name, for that error
 */
export function guardOutput(program: string): void {
  process.stdout.on('error', (error: Error) => {
    if (errnoOf(error) === 'EPIPE') process.exit(process.exitCode ?? ExitCode.ok);
    const why = errnoOf(error) ?? error.message;
    process.stderr.write(`${program}: Cannot write the output: ${why}.\n`);
    process.exit(ExitCode.failed);
  });
  process.stderr.on('error', () => undefined); // nobody is left to tell
}

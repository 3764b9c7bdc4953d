import { CommanderError, type Command } from 'commander';
import { Cc2ccError, ExitCode, sentenceOf } from './errors.js';

/**
 * Runs a command line program: the result goes to stdout, every error as one sentence to stderr, and
 * the exit code tells them apart.
 *
 * @param program with `exitOverride()` set; its actions set `process.exitCode`
 */
export async function runProgram(program: Command): Promise<void> {
  phraseErrors(program, program.name());
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed it; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
      return;
    }
    process.stderr.write(`${program.name()}: ${sentenceOf(error)}\n`);
    const misused = error instanceof Cc2ccError && error.code === 'E_USAGE';
    process.exitCode = misused ? ExitCode.usage : ExitCode.failed;
  }
}

/** Errors of the parser look like all others, and name the help of the command that was meant. */
function phraseErrors(command: Command, path: string): void {
  const [program = path] = path.split(' ');
  command
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, `${program}: `));
      },
    })
    .showHelpAfterError(`See: ${path} --help`);
  for (const inner of command.commands) phraseErrors(inner, `${path} ${inner.name()}`);
}

import { Command } from 'commander';
import { runProgram } from '../protocol/program.js';
import { version } from '../protocol/version.js';
import { hook } from './hook/main.js';

/** The command line of `cc2cc`, but for hooks, which do without the parser. */
export async function run(): Promise<void> {
  const program = new Command('cc2cc')
    .description('Messages between the Claude Code sessions of this machine.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('Run cc2cc --help for the commands.')
    .addHelpText(
      'after',
      `
The daemon has its own command: cc2cc-daemon --help.
Exit codes: 0 ok, 1 failed, 2 wrong usage.`,
    );

  program
    .command('prove')
    .description('start the daemon and prove that messages arrive, with two throw-away agents')
    .action(async () => {
      const { prove } = await import('./prove.js');
      process.exitCode = await prove();
    });

  program
    .command('status')
    .description('what became of a message; needs no daemon')
    .requiredOption('--message <id>', 'the msg_id that the sender was told')
    .option('--json', 'as JSON')
    .action(async (options: { message: string; json?: true }) => {
      const { messageStatus } = await import('./status.js');
      process.exitCode = messageStatus(options.message, options.json === true);
    });

  program
    .command('hook')
    .argument('<event>')
    .description(
      'what Claude Code runs at its hooks; `hook settings` prints them for settings.json',
    )
    .action(async (event: string) => {
      process.exitCode = await hook([event]); // comes here only past an option of cc2cc itself
    });

  await runProgram(program);
}

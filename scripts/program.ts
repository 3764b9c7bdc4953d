import { Command } from 'commander';
import { runProgram } from '../protocol/program.js';
import { loadConfigFile } from '../protocol/config.js';
import { flagsOf } from '../protocol/settings/all.js';
import { configPath } from '../protocol/settings/file.js';
import { addSettingFlags } from '../protocol/settings/flag-options.js';
import { guardOutput } from '../protocol/terminal/guard-output.js';
import { version } from '../protocol/version.js';
import { COMMANDS } from './commands/index.js';

/** The command line of `cc2cc`, but for hooks, which do without the parser. */
export async function run(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  guardOutput('cc2cc');
  await runProgram(await programFor(args));
}

/** What mends the configuration or says what is wrong with it, and what never disturbs a session. */
const BEARS_MISTAKES = ['config', 'doctor', 'hook'];

/** The program with the commands that the arguments name in full, and the others by name only. */
export async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('cc2cc')
    .description('Messages between the Claude Code sessions of this machine.')
    .version(version())
    .exitOverride()
    .addHelpText(
      'after',
      `
The daemon has its own command: cc2cc-daemon --help.
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 no daemon runs, 4 waited in vain.`,
    );
  addSettingFlags(program, flagsOf('commands')).hook('preAction', (_, action) => {
    if (!BEARS_MISTAKES.includes(commandName(program, action))) loadConfigFile(configPath());
  });
  for (const { name, summary, load } of COMMANDS) {
    const command = args.includes(name) ? (await load()).command() : new Command(name);
    program.addCommand(inheriting(command, program).description(summary));
  }
  return program;
}

/** Of a subcommand, the name of the command that it belongs to. */
function commandName(program: Command, action: Command): string {
  let command = action;
  while (command.parent !== null && command.parent !== program) command = command.parent;
  return command.name();
}

/** Errors of commands within commands end the program in the same way. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inheriting(inner, command);
  return command;
}

import { Command } from 'commander';
import { examples } from '../cli/help.js';
import { approve, listHeld, reject, type InboxOptions } from '../trust/inbox.js';

/** The command line of `cc2cc inbox`. */
export function command(): Command {
  const inbox = new Command('inbox')
    .exitOverride() // for the subcommands, which take it over when they are made
    .option('--for <agent>', 'only what waits for this one')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'cc2cc inbox # what waits for your approval',
        'cc2cc inbox approve brave-fox # and all that it sends from now on',
        'cc2cc inbox approve msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429 # only this one',
        'cc2cc inbox reject brave-fox --for calm-owl',
      ) + '\n\nFor a person: it does not run within a Claude Code session.',
    )
    .action(async (options: InboxOptions) => {
      process.exitCode = await listHeld(options);
    });
  inbox
    .command('approve')
    .description('let messages through: all of a sender, or one by its id')
    .argument('<sender>', 'sender, or msg_id')
    .option('--for <agent>', 'only what waits for this one')
    .option('--json', 'as JSON')
    .action(async (what: string, options: InboxOptions) => {
      process.exitCode = await approve(what, { ...inbox.opts(), ...options });
    });
  inbox
    .command('reject')
    .description('take messages away and tell their sender')
    .argument('<sender>', 'sender, or msg_id')
    .option('--for <agent>', 'only what waits for this one')
    .option('--json', 'as JSON')
    .action(async (what: string, options: InboxOptions) => {
      process.exitCode = await reject(what, { ...inbox.opts(), ...options });
    });
  return inbox;
}

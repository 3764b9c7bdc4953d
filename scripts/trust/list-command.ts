import { Command } from 'commander';
import { examples } from '../cli/help.js';
import { editList, showLists, type ListName, type ListOptions } from './lists.js';

/**
 * A command that puts a sender on one of the lists of trust.json.
 *
 * @param who whom that list holds: "who may write"
 */
export function listCommand(
  name: string,
  list: ListName,
  who: string,
  uses: readonly string[],
): Command {
  return new Command(name)
    .argument('[sender]', `${who}; without one all lists are shown`)
    .option('--for <agent>', 'as a recipient; default: for all agents')
    .option('--remove', 'take it from the list')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(...uses) + '\n\nFor a person: within a Claude Code session nothing is changed.',
    )
    .action(async (sender: string | undefined, options: ListOptions) => {
      process.exitCode = await (sender === undefined
        ? showLists(options)
        : editList(list, sender, options));
    });
}

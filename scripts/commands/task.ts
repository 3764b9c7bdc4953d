import { Argument, Command, Option } from 'commander';
import type { ChangeState } from '../../mail/tasks/states.js';
import { PRIORITIES } from '../../protocol/envelope.js';
import { examples } from '../cli/help.js';
import { fromOption } from '../cli/letter-options.js';
import { changeTask, type ChangeOptions } from '../tasks/change.js';
import { delegateTask, type DelegateOptions } from '../tasks/delegate.js';
import { listTasks, showTask, type ListOptions } from '../tasks/list.js';

/** What each subcommand does to a task, and in what words. */
const CHANGES: Readonly<Record<string, { state: ChangeState; what: string; text: string }>> = {
  accept: { state: 'accepted', what: 'take a task', text: 'a note' },
  progress: { state: 'working', what: 'tell how a task goes', text: 'a note' },
  complete: { state: 'completed', what: 'give the result of a task', text: 'the result' },
  fail: { state: 'failed', what: 'give a task up', text: 'why' },
  cancel: { state: 'cancelled', what: 'take back a task that you gave', text: 'why' },
};

/** The command line of `cc2cc task`. */
export function command(): Command {
  const task = new Command('task').addHelpText(
    'after',
    examples(
      'cc2cc task delegate brave-fox "Review branch login."',
      'cc2cc task delegate ann,ben - --title "Mend the build" # the first to accept gets it',
      'cc2cc task list --json',
      'cc2cc task complete task-01a1fbf4-0f50-7000-a1fc-8b940ccbf429 "Done."',
    ),
  );
  task.addCommand(delegateCommand()).addCommand(listCommand()).addCommand(showCommand());
  for (const [name, change] of Object.entries(CHANGES)) {
    task.addCommand(changeCommand(name, change));
  }
  return task;
}

function delegateCommand(): Command {
  const delegate = new Command('delegate')
    .description('give a task to an agent, or to the first of several to accept it')
    .argument('<to>', 'agent name, or several with commas')
    .argument('<text>', 'what to do; - reads it from stdin');
  return fromOption(delegate)
    .option('--title <title>', 'what it is about; default: the first line of the text')
    .addOption(new Option('--priority <priority>', 'shown to the reader').choices(PRIORITIES))
    .option('--ttl <time>', 'how long its message waits, such as 30m or 7d; 0 for ever')
    .option('--json', 'as JSON')
    .action(async (to: string, text: string, options: DelegateOptions) => {
      process.exitCode = await delegateTask(to, text, options);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('the tasks of all agents; needs no daemon')
    .option('--all', 'also those that have ended')
    .option('--agent <name>', 'only those that this agent gave, has or may take')
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => {
      process.exitCode = await listTasks(options);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('all that is known of one task; needs no daemon')
    .addArgument(new Argument('<task>', 'task id'))
    .option('--json', 'as JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      process.exitCode = await showTask(id, options.json === true);
    });
}

function changeCommand(
  name: string,
  { state, what, text }: { state: ChangeState; what: string; text: string },
): Command {
  const change = new Command(name)
    .description(what)
    .argument('<task>', 'task id')
    .argument(name === 'complete' ? '<text>' : '[text]', `${text}; - reads it from stdin`);
  return fromOption(change)
    .option('--json', 'as JSON')
    .action(async (id: string, words: string | undefined, options: ChangeOptions) => {
      process.exitCode = await changeTask(id, state, words, options);
    });
}

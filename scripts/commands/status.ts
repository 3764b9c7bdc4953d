import { Command } from 'commander';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { isMessageId } from '../../protocol/ids.js';
import { reportMessage, sentenceOfReport } from '../../mail/message-report.js';
import { bridgeRoot } from '../../protocol/paths.js';

/** The command line of `cc2cc status`. */
export function command(): Command {
  return new Command('status')
    .requiredOption('--message <id>', 'the msg_id that the sender was told')
    .option('--json', 'as JSON')
    .action((options: { message: string; json?: true }) => {
      process.exitCode = messageStatus(options.message, options.json === true);
    });
}

/**
 * `cc2cc status --message <id>`: reads the files, so it works without a daemon too.
 *
 * @returns the exit code: 0, or 1 when there is no such message
 * @throws Cc2ccError E_USAGE for what cannot be an id
 */
export function messageStatus(id: string, json: boolean): number {
  const isId: boolean = isMessageId(id);
  if (!isId) {
    throw new Cc2ccError('E_USAGE', `"${id.slice(0, 80)}" is not a message id.`, {
      hint: 'One looks like msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429.',
    });
  }
  const report = reportMessage(bridgeRoot(), id);
  console.log(json ? JSON.stringify(report, null, 2) : sentenceOfReport(report));
  return report.state === 'unknown' ? ExitCode.failed : ExitCode.ok;
}

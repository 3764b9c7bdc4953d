import { Command } from 'commander';
import { ExitCode, reportOf, sentenceOf } from '../../protocol/errors.js';
import { newMessageId } from '../../protocol/ids.js';
import { examples } from '../cli/help.js';
import { letterOptions, ttlOf, type LetterOptions } from '../cli/letter-options.js';
import { print, printJson, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { ownName } from '../cli/self.js';
import { readTextArgument } from '../cli/text-argument.js';

interface Options extends LetterOptions {
  includeAway?: boolean;
}

/** The command line of `cc2cc broadcast`. */
export function command(): Command {
  const broadcast = new Command('broadcast').argument('<text>', 'what to say; - reads stdin');
  return letterOptions(broadcast)
    .option('--include-away', 'also to all that were here before')
    .addHelpText(
      'after',
      examples(
        'cc2cc broadcast "The database is down for five minutes."',
        'cc2cc broadcast --include-away --ttl 1d - < notes.md',
      ) + '\n\nExit code 1: it could not be sent to all of them.',
    )
    .action(async (text: string, options: Options) => {
      process.exitCode = await broadcastText(await readTextArgument(text), options);
    });
}

async function broadcastText(text: string, options: Options): Promise<number> {
  const ttl = ttlOf(options);
  const office = await PostOffice.open();
  try {
    const from = ownName(office.root, options.from);
    const { names, away } = await office.audience(from, options.includeAway === true);
    const { priority } = options;
    const sent: object[] = [];
    const lines: string[] = [];
    let failed = 0;
    let passedOver = 0;
    // One after the other and each on its own: one full inbox must not keep it from the others.
    for (const to of names) {
      try {
        const letter = { id: newMessageId(), from, to, text, priority, ttl, broadcast: true };
        const receipt = await office.send(letter);
        sent.push(receipt);
        lines.push(`${receipt.id}: ${receipt.state}`);
      } catch (error) {
        if (reportOf(error).code === 'E_BLOCKED') {
          passedOver += 1;
          continue;
        }
        failed += 1;
        sent.push({ to, error: reportOf(error) });
        lines.push(`${to}: not sent. ${sentenceOf(error)}`);
      }
    }
    if (options.json) await printJson({ from, sent, passedOver, leftOut: away });
    else await print(...lines);
    if (names.length === 0) say('Nobody else is there: nothing was sent.');
    if (passedOver > 0) say(`${passedOver} passed over: trust.json blocks ${from} there.`);
    if (away > 0) say(`${away} left out that ${away === 1 ? 'is' : 'are'} away: --include-away.`);
    return failed === 0 ? ExitCode.ok : ExitCode.failed;
  } finally {
    office.close();
  }
}

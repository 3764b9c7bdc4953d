import { Command } from 'commander';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { newMessageId } from '../../protocol/ids.js';
import { examples } from '../cli/help.js';
import {
  letterOptions,
  waitOf,
  ttlOf,
  typeOption,
  type LetterOptions,
} from '../cli/letter-options.js';
import { print, printJson } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { ownName } from '../cli/self.js';
import { sentLine } from '../cli/sent-line.js';
import { readTextArgument } from '../cli/text-argument.js';
import { waitForAnswer } from '../cli/wait-for-answer.js';

/** How long `--wait` waits when it is not told. */
const WAIT_S = 300;

interface Options extends LetterOptions {
  wait?: string | true;
}

/** The command line of `cc2cc send`. */
export function command(): Command {
  const send = new Command('send')
    .argument('<to>', 'agent name')
    .argument('<text>', 'what to say; - reads it from stdin');
  return letterOptions(send)
    .addOption(typeOption())
    .option('--wait [time]', `wait for the answer and print it, at most so long (${WAIT_S / 60}m)`)
    .addHelpText(
      'after',
      examples(
        'cc2cc send brave-fox "The build is green."',
        'git diff | cc2cc send reviewer - --type task',
        'cc2cc send calm-owl "Which port?" --wait 5m # prints the answer',
      ) + '\n\nExit code 4: no answer came in time.',
    )
    .action(async (to: string, text: string, options: Options) => {
      process.exitCode = await sendLetter(to, await readTextArgument(text), options);
    });
}

async function sendLetter(to: string, text: string, options: Options): Promise<number> {
  const seconds = waitOf(options.wait, WAIT_S);
  const ttl = ttlOf(options);
  const office = await PostOffice.open();
  try {
    const from = ownName(office.root, options.from);
    if (seconds !== undefined) await ensureNoSession(office, from);
    const { type, priority, json } = options;
    const awaited = seconds === undefined ? undefined : true;
    const id = newMessageId();
    const sent = await office.send({ id, from, to, text, type, priority, ttl, awaited });
    if (seconds !== undefined)
      return await waitForAnswer(office, from, sent, seconds, json === true);
    if (json) await printJson({ from, ...sent });
    else await print(sentLine(sent));
    return ExitCode.ok;
  } finally {
    office.close();
  }
}

/** @throws Cc2ccError E_NAME: the answer to one that has a session would go to that */
async function ensureNoSession(office: PostOffice, from: string): Promise<void> {
  try {
    await office.seen(from, [], 'command');
  } catch (error) {
    if (!(error instanceof Cc2ccError) || error.code !== 'E_NAME') throw error;
    throw new Cc2ccError('E_NAME', error.message, {
      hint: 'Send it without --wait, or with another --from.',
      cause: error,
    });
  }
}

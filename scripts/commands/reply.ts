import { Command } from 'commander';
import { mailboxNames } from '../../mail/mailbox-names.js';
import { findMail } from '../../mail/find-mail.js';
import type { Message } from '../../protocol/envelope.js';
import { Cc2ccError, ExitCode, sentenceOf } from '../../protocol/errors.js';
import { newMessageId } from '../../protocol/ids.js';
import { messageIdOf } from '../cli/ids.js';
import { examples } from '../cli/help.js';
import { letterOptions, ttlOf, type LetterOptions } from '../cli/letter-options.js';
import { print, printJson, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { ownName } from '../cli/self.js';
import { sentLine } from '../cli/sent-line.js';
import { readTextArgument } from '../cli/text-argument.js';

/** The command line of `cc2cc reply`. */
export function command(): Command {
  const reply = new Command('reply')
    .argument('<message>', 'msg_id of the message that you answer')
    .argument('<text>', 'what to say; - reads it from stdin');
  return letterOptions(reply)
    .addHelpText(
      'after',
      examples(
        'cc2cc reply msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429 "8080."',
        'make test 2>&1 | cc2cc reply msg-01a1fbf4-0f50-7000-a1fc-8b940ccbf429 -',
      ),
    )
    .action(async (id: string, text: string, options: LetterOptions) => {
      process.exitCode = await replyTo(messageIdOf(id), await readTextArgument(text), options);
    });
}

async function replyTo(id: string, text: string, options: LetterOptions): Promise<number> {
  const ttl = ttlOf(options);
  const office = await PostOffice.open();
  try {
    const from = ownName(office.root, options.from);
    const answered = answeredMessage(office, from, id);
    const sent = await office.send({
      id: newMessageId(),
      from,
      to: answered.from,
      text,
      type: answered.type === 'task' ? 'response' : 'message',
      priority: options.priority ?? answered.priority,
      ttl,
      replyTo: answered.id,
    });
    // Only now: an answer that could not be sent may be tried again.
    await office.seen(from, [answered.id], 'reply').catch((error: unknown) => {
      // The answer is on its way: who took this for a failure would send it twice.
      say(`The message that you answer: ${sentenceOf(error)}`);
    });
    if (options.json) await printJson({ from, ...sent });
    else await print(sentLine(sent));
    return ExitCode.ok;
  } finally {
    office.close();
  }
}

function answeredMessage({ root, gate }: PostOffice, from: string, id: string): Message {
  const found = findMail(root, from, id, gate.keys);
  if (found !== undefined) return found.message;
  const owner = mailboxNames(root).find((name) => findMail(root, name, id) !== undefined);
  const what = `There is no message "${id.slice(0, 80)}" for ${from}.`;
  throw new Cc2ccError('E_UNKNOWN_MESSAGE', what, {
    hint:
      owner === undefined
        ? 'See cc2cc receive --peek, and cc2cc log.'
        : `It is for ${owner}; to answer as ${owner}: --from ${owner}`,
  });
}

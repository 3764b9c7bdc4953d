import { registryOf } from '../../mail/directory.js';
import { MAX_CANDIDATES } from '../../mail/tasks/event.js';
import { withdraw } from '../../mail/tasks/record.js';
import { TaskStore } from '../../mail/tasks/store.js';
import { taskOfMessageId } from '../../mail/tasks/task-id.js';
import { addressee } from '../../mail/recipient.js';
import { Cc2ccError, ExitCode, reportOf, sentenceOf } from '../../protocol/errors.js';
import type { SentLetter } from '../../protocol/control.js';
import { newMessageId } from '../../protocol/ids.js';
import { inCommandWords } from '../cli/agent-name.js';
import { ttlOf, type LetterOptions } from '../cli/letter-options.js';
import { print, printJson, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { ownName } from '../cli/self.js';
import { sentLine } from '../cli/sent-line.js';
import { readTextArgument } from '../cli/text-argument.js';

export interface DelegateOptions extends LetterOptions {
  title?: string;
}

/** What became of the message to one candidate. */
type Sent = SentLetter | { to: string; error: unknown };

/**
 * `cc2cc task delegate`.
 *
 * @returns the exit code: 1 when one of several was not reached
 * @throws Cc2ccError when nobody was; there is no open task then
 */
export async function delegateTask(
  to: string,
  words: string,
  options: DelegateOptions,
): Promise<number> {
  const text = await readTextArgument(words);
  const ttl = ttlOf(options);
  const { title, priority } = options;
  const office = await PostOffice.open();
  try {
    const { root } = office;
    const from = ownName(root, options.from);
    const messages = Object.fromEntries(
      candidates(root, from, to).map((name) => [name, newMessageId()]),
    );
    const sent: Sent[] = [];
    for (const [name, id] of Object.entries(messages)) {
      const letter = { id, from, to: name, text, priority, ttl, task: { title, messages } };
      sent.push(
        await office
          .send({ ...letter, type: 'task' })
          .catch((error: unknown) => ({ to: name, error })),
      );
    }
    const id = taskOfMessageId(Object.values(messages)[0] ?? '');
    const failures = sent.filter((one) => 'error' in one);
    if (failures.length === sent.length) {
      const store = new TaskStore(root, office.gate.keys);
      if (store.read(id) !== undefined) withdraw(store, registryOf(root), id, from);
      throw failures[0]?.error;
    }
    if (options.json) {
      const told = sent.map((one) =>
        'error' in one ? { ...one, error: reportOf(one.error) } : one,
      );
      await printJson({ id, from, sent: told });
    } else {
      await print(id);
      for (const one of sent) {
        say('error' in one ? `${one.to}: not sent. ${sentenceOf(one.error)}` : sentLine(one));
      }
    }
    return failures.length === 0 ? ExitCode.ok : ExitCode.failed;
  } finally {
    office.close();
  }
}

/** @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT, E_USAGE */
function candidates(root: string, from: string, to: string): string[] {
  // A comma too many is a slip of the pen, not a name.
  const wanted = to
    .split(',')
    .map((name) => name.trim())
    .filter((name, at) => name !== '' || at === 0);
  const names = new Set(wanted.map((name) => candidate(root, from, name)));
  if (names.size <= MAX_CANDIDATES) return [...names];
  throw new Cc2ccError('E_USAGE', `A task can be given to ${MAX_CANDIDATES} agents at most.`);
}

function candidate(root: string, from: string, name: string): string {
  try {
    return addressee(registryOf(root), from, name, false);
  } catch (error) {
    throw inCommandWords(error);
  }
}

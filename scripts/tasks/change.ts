import type { ChangeState } from '../../mail/tasks/states.js';
import { TaskStore } from '../../mail/tasks/store.js';
import { messageFor } from '../../mail/tasks/task.js';
import { toldSentences } from '../../mail/tasks/tell.js';
import { ExitCode, sentenceOf } from '../../protocol/errors.js';
import { taskIdOf } from '../cli/ids.js';
import { print, printJson, say } from '../cli/output.js';
import { PostOffice } from '../cli/post-office.js';
import { ownName } from '../cli/self.js';
import { readTextArgument } from '../cli/text-argument.js';

export interface ChangeOptions {
  from?: string;
  json?: boolean;
}

/**
 * `cc2cc task accept|progress|complete|fail|cancel`.
 *
 * @throws Cc2ccError E_UNKNOWN_TASK, E_TASK; nothing has changed then
 */
export async function changeTask(
  id: string,
  state: ChangeState,
  words: string | undefined,
  { from, json }: ChangeOptions,
): Promise<number> {
  const text = words === undefined ? undefined : await readTextArgument(words);
  const office = await PostOffice.open();
  try {
    const by = ownName(office.root, from);
    const answer = await office.changeTask({ id: taskIdOf(id), by, state, text });
    if (isAnswer(state)) await markAnswered(office, answer.id, by);
    if (json) {
      await printJson({ by, ...answer });
      return ExitCode.ok;
    }
    await print(`${answer.id} is ${answer.state}.`);
    const told = answer.told.map(({ where, problem, ...rest }) => ({
      ...rest,
      where: where ?? undefined,
      problem: problem ?? undefined,
    }));
    if (told.length > 0) say(toldSentences(told));
    return ExitCode.ok;
  } finally {
    office.close();
  }
}

/** A result is an answer to the message that gave the task; who only accepts may not have read it. */
const isAnswer = (state: ChangeState): boolean => state === 'completed' || state === 'failed';

async function markAnswered(office: PostOffice, id: string, by: string): Promise<void> {
  const task = new TaskStore(office.root, office.gate.keys).read(id);
  const message = task && messageFor(task, task.assignee);
  if (message === undefined) return;
  await office.seen(by, [message], 'reply').catch((error: unknown) => {
    say(`The message that gave the task: ${sentenceOf(error)}`); // the result is told all the same
  });
}

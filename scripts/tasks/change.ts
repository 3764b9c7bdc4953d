import type { ChangeState } from '../../mail/tasks/states.js';
import { toldSentences } from '../../mail/tasks/tell.js';
import { ExitCode } from '../../protocol/errors.js';
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

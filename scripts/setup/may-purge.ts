import { Cc2ccError } from '../../protocol/errors.js';
import { tilde } from '../../protocol/terminal/text.js';
import { canAsk, Cancelled, Questions } from '../cli/ask.js';

/**
 * Asks whether all mail may go, unless that was said.
 *
 * @param waiting messages that nobody has read
 * @throws Cc2ccError E_USAGE where nobody can be asked
 */
export async function mayPurge(
  root: string,
  waiting: number,
  { yes, json }: { yes?: boolean; json?: boolean },
): Promise<boolean> {
  if (yes === true) return true;
  if (json === true || !canAsk()) {
    throw new Cc2ccError(
      'E_USAGE',
      `--purge removes all mail in ${root}, and nobody can be asked.`,
      {
        hint: 'Say --purge --yes, or look first: cc2cc uninstall --purge --dry-run',
      },
    );
  }
  const unread = waiting === 0 ? '' : `, ${waiting} of them unread`;
  const question = `Remove all messages in ${tilde(root)}${unread}, with keys and rules, for good?`;
  const questions = new Questions();
  try {
    return await questions.yesNo(question, false);
  } catch (error) {
    if (error instanceof Cancelled) return false;
    throw error;
  } finally {
    questions.close();
  }
}

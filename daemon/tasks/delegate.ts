import type { Priority } from '../../protocol/envelope.js';
import { Cc2ccError, sentenceOf } from '../../protocol/errors.js';
import { MAX_CANDIDATES } from '../../mail/tasks/event.js';
import { withdraw } from '../../mail/tasks/record.js';
import { taskOfMessageId } from '../../mail/tasks/task-id.js';
import { addressee } from '../../mail/recipient.js';
import { dispatch, originId, stateSentence, type RequestOrigin } from '../dispatch.js';
import type { Office } from '../office.js';

/** A task that a session gives to one agent, or to the first of several who accepts it. */
export interface Delegation {
  to: readonly string[];
  title: string;
  text: string;
  priority?: Priority | undefined;
}

/**
 * Gives a task. It is noted once, with the first message that nothing but the disk can stop.
 *
 * @throws Cc2ccError as dispatch, when it reached nobody; there is no open task then
 * @returns the task's id, and what became of each message
 */
export async function delegate(
  office: Office,
  origin: RequestOrigin,
  { to, title, text, priority }: Delegation,
): Promise<{ id: string; sent: string[] }> {
  const from = office.register(origin.session);
  const messages: Record<string, string> = {};
  for (const [name, wanted] of candidates(office, from, to)) {
    messages[name] = originId(origin, wanted);
  }
  const names = Object.keys(messages);
  const results = await Promise.allSettled(
    names.map((name) =>
      dispatch(office, origin, {
        id: messages[name],
        to: name,
        text,
        type: 'task',
        priority,
        task: { title, messages },
      }),
    ),
  );
  const receipts = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const id = taskOfMessageId(Object.values(messages)[0] ?? '');
  if (receipts.length === 0) {
    withdraw(office.tasks, office, id, from); // where a limit stopped them all there is none
    throw results.find((result) => result.status === 'rejected')?.reason;
  }
  const sent = results.map((result, nth) =>
    result.status === 'fulfilled'
      ? `${result.value.id}: ${stateSentence(office, result.value)}.`
      : `${names[nth] ?? ''}: not sent. ${sentenceOf(result.reason)}`,
  );
  return { id, sent };
}

/** By the names of now, the names that were asked for; two may mean the same agent. */
function candidates(office: Office, from: string, to: readonly string[]): Map<string, string> {
  const asked = new Map<string, string>();
  for (const wanted of to) {
    const name = addressee(office, from, wanted, false);
    if (!asked.has(name)) asked.set(name, wanted);
  }
  if (asked.size > MAX_CANDIDATES) {
    throw new Cc2ccError('E_LIMIT', `A task can be given to ${MAX_CANDIDATES} agents at most.`);
  }
  return asked;
}

import type { Message } from '../../protocol/envelope.js';
import type { SignatureState } from '../../mail/signing.js';
import { takeIn } from '../../mail/tasks/take-in.js';
import type { Office } from '../office.js';
import { tellAll } from './update.js';

/** What a file in the inbox of an attached agent means for tasks. Whatever goes wrong is logged. */
export function noteTask(
  office: Office,
  name: string,
  message: Message,
  signature: SignatureState,
): void {
  const failed = (error: unknown): void => {
    office.log.error({ err: error, id: message.id }, 'cannot note what a message means for a task');
  };
  try {
    const taken = takeIn(office.tasks, office, message, signature, name);
    if (taken === undefined) return;
    const { completed } = taken;
    const isNews = completed?.isNew === true;
    const told = taken.durable.then(async () => {
      // The requester has the message itself; those who might have taken the task have not.
      if (isNews) await tellAll(office, completed, undefined, ({ to }) => to !== name);
    });
    const work = told.catch(failed).finally(() => office.running.delete(work));
    office.running.add(work);
  } catch (error) {
    failed(error);
  }
}

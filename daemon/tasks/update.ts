import type { Message } from '../../protocol/envelope.js';
import { changeTask, checkNote, type Changed, type Wish } from '../../mail/tasks/change-task.js';
import { messagesOf } from '../../mail/tasks/news.js';
import { checkStanding } from '../../mail/letter.js';
import { trustSubjectOf } from '../../mail/standing.js';
import { subjectOf } from '../../mail/rulings.js';
import { tell, type Told } from '../../mail/tasks/tell.js';
import { checkLimits, stateSentence, wasAccepted, type Receipt } from '../dispatch.js';
import type { Office } from '../office.js';
import { post } from '../post.js';

/**
 * Changes a task for an agent and tells the others. The change stands as soon as it is on the disk,
 * whether or not the others can be told.
 *
 * @throws Cc2ccError as changeTask; nothing has changed then, but with E_STORE perhaps not for long
 */
export async function updateTask(
  office: Office,
  wish: Wish,
): Promise<{ changed: Changed; told: Told[] }> {
  // Under load there would be no moment without a message on its way to the agent's old place.
  while (office.renaming !== undefined) await office.renaming;
  checkNote(wish.text);
  const changed = changeTask(office.tasks, office, wish);
  await changed.durable;
  const told = await tellAll(office, changed, wish.text, () => true);
  return { changed, told };
}

/** Tells those who might have taken a task that a reply to its giver has completed it. */
export async function tellOthers(office: Office, { recorded, to }: Receipt): Promise<void> {
  const { completed } = recorded ?? {};
  if (completed === undefined) return;
  await tellAll(office, completed, undefined, (message) => message.to !== to);
}

/** Posts the messages about a change, to those whom `isMeant` chooses. */
export async function tellAll(
  office: Office,
  { task, event }: Changed,
  text: string | undefined,
  isMeant: (message: Message) => boolean,
): Promise<Told[]> {
  const messages = messagesOf(office, task, event, text, office.config.ttl);
  return tell(messages.filter(isMeant), (message) => postNews(office, message));
}

/** Who notes progress in a loop must not fill another's inbox, as with any message. */
async function postNews(office: Office, message: Message): Promise<string> {
  const { id, from, to, content } = message;
  const standing = office.gate.standing(trustSubjectOf(message, 'verified'), to);
  if (!wasAccepted(office, to, id)) {
    checkStanding(standing, from, to);
    checkLimits(office, { id, from, to, text: content.text, hops: 0, digest: undefined });
  }
  const state = await post(office, message);
  const subject = subjectOf(message);
  const unapproved = standing.kind === 'held';
  return stateSentence(office, { id, to, formerly: undefined, state, subject, unapproved });
}

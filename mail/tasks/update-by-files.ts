import type { TaskWish } from '../../protocol/control.js';
import { encodeMessage, type Message } from '../../protocol/envelope.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { deliverMessage } from '../deliver.js';
import { messageFiles, registryOf } from '../directory.js';
import { checkInbox, checkStanding, heldSentence } from '../letter.js';
import { trustSubjectOf } from '../standing.js';
import type { SendOptions } from '../send.js';
import { whereByFiles } from '../where-by-files.js';
import { assertMaySpeak } from '../speaking.js';
import { changeTask, checkNote, type Changed } from './change-task.js';
import { messagesOf } from './news.js';
import { TaskStore } from './store.js';
import { tell, type Told } from './tell.js';

/**
 * Changes a task and tells the others without a daemon. The change stands, whether or not they can be
 * told.
 *
 * @throws Cc2ccError as changeTask; E_NAME as assertMaySpeak
 */
export async function updateByFiles(
  root: string,
  { session, ...wish }: TaskWish,
  options: SendOptions,
): Promise<{ changed: Changed; told: Told[] }> {
  assertMaySpeak(wish.by, options.gate.bearer(wish.by), session);
  checkNote(wish.text);
  const store = new TaskStore(root, options.gate.keys);
  const changed = changeTask(store, registryOf(root), wish);
  await changed.durable;
  return { changed, told: await tellByFiles(root, changed, wish.text, options, () => true) };
}

/** Delivers the messages about a change, to those whom `isMeant` chooses. */
export async function tellByFiles(
  root: string,
  { task, event }: Changed,
  text: string | undefined,
  { gate, ttl, maxInbox }: SendOptions,
  isMeant: (message: Message) => boolean,
): Promise<Told[]> {
  const messages = messagesOf(registryOf(root), task, event, text, ttl).filter(isMeant);
  return tell(messages, async (message) => {
    const { id, from, to } = message;
    const standing = gate.standing(trustSubjectOf(message, 'verified'), to);
    checkStanding(standing, from, to);
    checkInbox(messageFiles(root, to).length, maxInbox, to);
    await deliverMessage(mailboxPaths(root, to), id, encodeMessage(gate.keys.seal(message)));
    return standing.kind === 'held' ? heldSentence(from, to) : whereByFiles(root, to);
  });
}

import { join } from 'node:path';
import { stageMessage } from '../mail/deliver.js';
import { encodeMessage, type Message } from '../protocol/envelope.js';
import { Cc2ccError, reportOf } from '../protocol/errors.js';
import { mailboxPaths } from '../protocol/paths.js';
import type { Entry } from './entry.js';
import type { Office } from './office.js';
import { isAnythingAt } from '../protocol/anything-at.js';

/** Where an accepted message is at this moment. */
export type Posted = 'handed over' | 'on its way' | 'waiting';

/**
 * Accepts a message: when this resolves, it is durable in the recipient's inbox. A recipient that is
 * attached here is pushed to from memory meanwhile, once the bytes are on the disk's way: a full or
 * read-only disk has been found out by then.
 *
 * Posting the same id again is harmless: it is neither stored nor shown twice.
 *
 * @throws Cc2ccError E_STORE; the message is not accepted then
 */
export async function post(office: Office, message: Message): Promise<Posted> {
  const { id, to } = message;
  const session = office.agent(to);
  const mailbox = session?.agent?.mailbox;
  const paths = mailbox?.paths ?? mailboxPaths(office.root, to);
  const known = mailbox?.get(id);
  if (known !== undefined) {
    await known.committed;
    // Still there: its file is. Gone: seen meanwhile, as done/ will show, or it could not be stored.
    if (mailbox?.has(id)) return stateOf(known);
  }
  // Nothing is awaited from the sender's limits to here: many at once cannot all pass below a limit.
  // A request that was carried out before a crash and is sent again may find its message done.
  if (isAnythingAt(join(paths.done, `${id}.json`))) return 'handed over';
  const staged = stageMessage(
    paths,
    id,
    encodeMessage(office.gate.keys.seal(message)),
    mailbox?.spare.take(),
  );
  // In the next microtask, that is, right after the push: handing work to the disk takes time too.
  const committed = Promise.resolve().then(() => staged.commit());
  // Also for one that is attached: its session may be another one before the disk is done.
  office.arriving.add(to, message, committed);
  if (mailbox?.arrive(message, committed)) session?.offer();
  const entry = mailbox?.get(id);
  try {
    await committed;
  } catch (error) {
    throw entry !== undefined && stateOf(entry) !== 'waiting' ? mayBeSeen(error, to) : error;
  }
  office.log.debug({ id, from: message.from, to, type: message.type }, 'accepted');
  if (mailbox === undefined) return 'waiting';
  const now = mailbox.get(id);
  return now === undefined ? 'handed over' : stateOf(now);
}

/**
 * Staging finds nearly every fault of a disk before anybody is told of the message. What goes wrong
 * after that must not be hidden from the sender.
 */
function mayBeSeen(error: unknown, to: string): Cc2ccError {
  const { code, message, hint = '' } = reportOf(error);
  return new Cc2ccError(code, message, {
    hint: `${hint} It had been handed to ${to}'s session before, so ${to} may have seen it.`.trim(),
    cause: error,
  });
}

function stateOf({ state, taken }: Entry): Posted {
  if (taken) return 'on its way';
  return state.name === 'pushed' ? 'handed over' : 'waiting';
}

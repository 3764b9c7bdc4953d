import { createMessage } from '../protocol/envelope.js';
import { derivedMessageId } from '../protocol/ids.js';
import { currentName, isKnown } from '../mail/directory.js';
import { WATCH_HOURS, type Outcome, type Watch } from './idle-watches.js';
import type { Office } from './office.js';
import { post } from './post.js';

/**
 * Writes the notice of what became of a watched agent. Outcome and id are in the file of watches:
 * after a crash the same notice is written, that is, once.
 *
 * @throws Cc2ccError E_STORE
 */
export async function postNotice(
  office: Office,
  watch: Watch,
  { what, at }: NonNullable<Watch['outcome']>,
): Promise<void> {
  // Under load there would be no moment without a message on its way to the agent's old place.
  while (office.renaming !== undefined) await office.renaming;
  const to = currentName(office, watch.asker);
  const from = currentName(office, watch.agent);
  // The asker has taken over the name that it waited for, or somebody has cleared its mailbox away.
  if (to === from || !isKnown(office, to)) return;
  const id = derivedMessageId([at, 0], 'idle notice', watch.id);
  const { ttl } = office.config;
  const text = sentenceOf(what, from);
  await post(
    office,
    createMessage({ id, at, from, to, text, type: 'status', ttl, mode: 'daemon' }),
  );
  office.log.info({ id, from, to, what }, 'told that an agent is idle or gone');
}

function sentenceOf(what: Outcome, agent: string): string {
  switch (what) {
    case 'idle':
      return `${agent} is idle now.`;
    case 'left':
      return `${agent} has left. Messages to ${agent} wait until it is back.`;
    case 'neither':
      return `${agent} has neither become idle nor left in ${WATCH_HOURS} hours. To go on waiting, call notify_when_idle again.`;
  }
}

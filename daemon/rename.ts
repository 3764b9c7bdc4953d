import { Cc2ccError, storeError } from '../protocol/errors.js';
import { isName, NAME_RULE } from '../protocol/names.js';
import { mailboxPaths } from '../protocol/paths.js';
import { writeCard } from '../mail/card.js';
import { claimName } from '../mail/claim.js';
import { signOf } from './heartbeats.js';
import { beat, introduce } from './identity.js';
import type { Office } from './office.js';
import { secureMailbox } from '../mail/mailbox-folders.js';
import { moveMail } from '../mail/move-mail.js';
import type { Registration, Session } from './session.js';

/**
 * Gives a session another name; its mail moves along, and mail for the old name will follow. A name
 * that nobody bears at this moment may be taken with the mail that waits for it.
 *
 * A crash in between leaves each file at its old or its new place, and the request that comes again
 * finishes the move.
 *
 * @throws Cc2ccError E_NAME when the name is taken or breaks the rule; E_STORE
 */
export async function renameAgent(office: Office, session: Session, name: string): Promise<string> {
  // One at a time: of two calls of a session the second one starts from the name that the first took.
  const turn = (office.renaming ?? Promise.resolve()).then(() => rename(office, session, name));
  const ended = turn
    .catch(() => undefined) // the caller is told
    .finally(() => {
      if (office.renaming === ended) office.renaming = undefined;
    });
  office.renaming = ended;
  return turn;
}

async function rename(office: Office, session: Session, name: string): Promise<string> {
  if (!isName(name)) {
    throw new Cc2ccError('E_NAME', `"${name.slice(0, 64)}" is not a possible name (${NAME_RULE}).`);
  }
  const old = office.register(session);
  const { agent } = session;
  if (old === name || agent === undefined) return old;
  for (let files = agent.mailbox.pending(); files.length > 0; files = agent.mailbox.pending()) {
    await Promise.all(files);
  }
  if (session.ended) throw new Cc2ccError('E_INTERNAL', 'The session has ended.');
  secureMailbox(mailboxPaths(office.root, old));
  // From here to readdress() nothing is awaited: no message can arrive at the old place unseen, and
  // nobody else can take the name that has been claimed but is not borne yet.
  const claim = claimName(office.claimer(), name, session.facts.attachKey);
  if (claim === undefined) {
    throw new Cc2ccError('E_NAME', `The name "${name}" is taken by an agent that is online.`, {
      hint: `You are still ${old}. See list_agents.`,
    });
  }
  // What waits goes along; what comes for the old name from now on is the other's.
  const isShared = office.rivals.has(old);
  const from = mailboxPaths(office.root, old);
  agent.mailbox.flush();
  try {
    moveMail(from, mailboxPaths(office.root, name));
  } catch (error) {
    office.giveBack(claim.name, claim.lease); // the mail is where it was, so the name must stay
    throw storeError('move the mail', from.dir, error);
  }
  // The mail is there: from here on the name is the new one, whatever the disk says of the rest.
  if (!isShared) sayGone(office, session, agent, name);
  leaveCard(office, old, isShared ? undefined : name);
  office.rivals.forget(old);
  office.readdress(session, claim);
  office.idle.renamed(old, name);
  beat(office, session, `renamed from ${old}`);
  introduce(office, session);
  office.inboxes.glance(session);
  office.log.info({ from: old, to: name }, 'renamed');
  return old;
}

function sayGone(
  { host, heartbeats, log }: Office,
  { facts, sessionId, profile, lane }: Session,
  { name: old, since }: Registration,
  name: string,
): void {
  const last = { facts, sessionId, summary: profile.summary, lane, host, since };
  try {
    heartbeats.put(old, signOf(last, 'offline', `renamed to ${name}`));
  } catch (error) {
    log.error({ err: error, name: old }, 'cannot write a heartbeat'); // it is soon too old to count
  }
}

/** Where mail for the old name goes from now on. */
function leaveCard({ root, host, log }: Office, old: string, name: string | undefined): void {
  try {
    writeCard(root, { name: old, host, ...(name === undefined ? {} : { renamed_to: name }) });
  } catch (error) {
    log.error({ err: error, name: old }, 'cannot write an agent card');
  }
}

import { appendFileSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../mail/deliver.js';
import { Cc2ccError, errnoOf } from '../protocol/errors.js';
import { listFolder } from '../protocol/list-folder.js';
import { isName, NAME_RULE } from '../protocol/names.js';
import { mailboxPaths, type MailboxPaths } from '../protocol/paths.js';
import { writeCard } from '../mail/card.js';
import { claimName } from '../mail/claim.js';
import { writeHeartbeat } from './heartbeats.js';
import { beat, introduce } from './identity.js';
import type { Office } from './office.js';
import { writeReceipts } from '../mail/receipts.js';
import type { Session } from './session.js';

/**
 * Gives a session another name; its mail moves along, and mail for the old name will follow. A name
 * that nobody bears at this moment may be taken with the mail that waits for it.
 *
 * Each file is linked before it is unlinked, so a crash in between leaves it in both places or in
 * the old one, and the request that comes again finishes the move.
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
  moveMail(from, mailboxPaths(office.root, name));
  const { facts, sessionId, profile, lane } = session;
  if (!isShared) {
    const { summary } = profile;
    const last = { name: old, facts, sessionId, summary, lane, host: office.host };
    writeHeartbeat(office.root, last, 'offline', `renamed to ${name}`);
  }
  const { root, host } = office;
  writeCard(root, { name: old, host, ...(isShared ? {} : { renamed_to: name }) });
  office.rivals.forget(old);
  office.readdress(session, claim);
  office.idle.renamed(old, name);
  beat(office, session, `renamed from ${old}`);
  introduce(office, session);
  office.inboxes.look(session);
  office.log.info({ from: old, to: name }, 'renamed');
  return old;
}

/**
 * Moves all mail of a mailbox to another one. The folders stay: who only knows the old name can still
 * write there, see follow.ts.
 */
export function moveMail(from: MailboxPaths, to: MailboxPaths): void {
  ensureMailbox(to);
  writeReceipts(); // those on their way know the old place
  moveJournal(from.journal, to.journal);
  for (const folder of ['done', 'receipts', 'inbox'] as const) {
    for (const file of listFolder(from[folder]))
      move(join(from[folder], file), join(to[folder], file));
  }
}

/**
 * Never replaces: a file of that name at the new place is the same message, moved before. What was
 * taken away meanwhile, or has a name that is no text and cannot be addressed, stays where it is.
 */
function move(from: string, to: string): void {
  try {
    linkSync(from, to);
    rmSync(from);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') rmSync(from);
    // What cannot be linked (a folder, a file system without links) is moved.
    else if (errno !== 'ENOENT') renameSync(from, to);
  }
}

/** What is known of the messages moves along; after a crash in between it is there twice, harmlessly. */
function moveJournal(from: string, to: string): void {
  try {
    appendFileSync(to, readFileSync(from), { mode: 0o600 });
    rmSync(from);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error; // there was none
  }
}

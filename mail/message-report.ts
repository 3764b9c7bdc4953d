import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, type Delivery, type JournalLine } from './delivery.js';
import { expiresAt, type Message } from '../protocol/envelope.js';
import { inspectFile } from './inspect.js';
import { isRecord } from '../protocol/json.js';
import { isIsoTime } from '../protocol/iso-time.js';
import { isName } from '../protocol/names.js';
import { cutWhole, sanitizeText } from '../protocol/sanitize.js';
import { shownLine } from './profile.js';
import { timeOfId } from '../protocol/ids.js';
import { listFolder } from '../protocol/list-folder.js';
import { mailboxFault } from './mailbox-folders.js';
import { mailboxNames } from './mailbox-names.js';
import { readOwnJson } from './own-file.js';
import { Keyring } from './keyring.js';
import type { SignatureState } from './signing.js';
import { mailboxPaths, rootPaths, type MailboxPaths } from '../protocol/paths.js';

/** What is known of a message, by the files. */
export interface MessageReport {
  id: string;
  /** `unknown`: no file of that id is in the bridge root. */
  state: 'accepted' | 'pushed' | 'seen' | 'expired' | 'rejected' | 'unknown';
  from: string | null;
  /** The agent whose mailbox it is in, which may have been renamed since. */
  to: string | null;
  type: string | null;
  /** ISO time of sending. */
  sentAt: string | null;
  /** ISO time of the last change; null when it was not noted. */
  at: string | null;
  /** The lane that it was handed to last. */
  lane: string | null;
  /** What shows that it was seen. */
  evidence: string | null;
  /** Why it was rejected. */
  reason: string | null;
  /** What its signature tells; null for an unknown or rejected message. */
  signature: SignatureState | null;
  /** Id of the message that it answers. */
  replyTo: string | null;
  /** Every hand-over and what came of it, as long as the message waits and some time after. */
  history: JournalLine[];
}

/** Looks a message up in all mailboxes of a bridge root. No daemon is needed. */
export function reportMessage(root: string, id: string, keys = new Keyring(root)): MessageReport {
  const file = `${id}.json`;
  for (const name of mailboxNames(root)) {
    const paths = mailboxPaths(root, name);
    if (mailboxFault(paths) !== undefined) continue;
    // The inbox first: a message on its way to done/ is found in one of them.
    for (const folder of [paths.inbox, paths.done]) {
      const verdict = inspectFile(join(folder, file), file, keys, timeOfId(id));
      if (verdict.kind !== 'message') continue;
      const told = readJournal(paths.journal).get(id);
      const where = folder === paths.inbox ? 'inbox' : 'done';
      const { signature } = verdict;
      return {
        ...basics(verdict.message, name),
        signature,
        ...ending(verdict.message, paths, where, told),
      };
    }
  }
  return rejected(root, id) ?? { id, ...NOWHERE };
}

const NOWHERE: Omit<MessageReport, 'id'> = {
  state: 'unknown',
  from: null,
  to: null,
  type: null,
  sentAt: null,
  at: null,
  lane: null,
  evidence: null,
  reason: null,
  signature: null,
  replyTo: null,
  history: [],
};

function basics(message: Message, to: string): MessageReport {
  const { id, from, type, timestamp, replyTo } = message;
  return { id, ...NOWHERE, from, to, type, sentAt: timestamp, replyTo: replyTo ?? null };
}

function ending(
  message: Message,
  paths: MailboxPaths,
  where: 'inbox' | 'done',
  told: Delivery | undefined,
): Partial<MessageReport> {
  const history = told?.history ?? [];
  const lane = history.reduce<string | null>(
    (last, line) => (line.event === 'pushed' ? line.lane : last),
    null,
  );
  const common = { history, lane, at: told?.at ?? null };
  const state = told?.state;
  // The line comes before the deed, so a message can be seen that still lies in the inbox.
  if (state?.name === 'seen') return { ...common, state: 'seen', evidence: state.evidence };
  if (state?.name === 'expired') return { ...common, state: 'expired' };
  if (where === 'inbox') {
    return { ...common, state: state?.name === 'pushed' ? 'pushed' : 'accepted' };
  }
  return { ...common, ...fromReceipt(message, paths) };
}

/** Of a message that ended so long ago that the journal has forgotten it. */
function fromReceipt(message: Message, paths: MailboxPaths): Partial<MessageReport> {
  const receipt = readRecord(join(paths.receipts, `${message.id}.receipt.json`));
  if (receipt !== undefined) {
    const { delivered_at: at, evidence } = receipt;
    return {
      state: 'seen',
      at: isIsoTime(at) ? at : null,
      // The original's receipts say no more than that they are there.
      evidence: (typeof evidence === 'string' ? shownLine(evidence, 40) : undefined) ?? 'receipt',
    };
  }
  // Renaming a file sets this time, so it is when the message was moved to done/.
  const moved = lstatSync(join(paths.done, `${message.id}.json`)).ctime;
  const state = moved.getTime() >= expiresAt(message) ? 'expired' : 'seen';
  return { state, at: moved.toISOString() };
}

function rejected(root: string, id: string): MessageReport | undefined {
  const { rejected: folder } = rootPaths(root);
  for (const note of listFolder(folder)) {
    if (!note.endsWith('.reason.json')) continue;
    const told = readRecord(join(folder, note));
    if (told?.['file'] !== `${id}.json`) continue;
    const { reason, at, mailbox } = told;
    return {
      id,
      ...NOWHERE,
      state: 'rejected',
      to: typeof mailbox === 'string' ? nameIn(mailbox) : null,
      at: isIsoTime(at) ? at : null,
      reason: typeof reason === 'string' ? line(reason) : null,
    };
  }
  return undefined;
}

/** By a mailbox's folder, `to-<name>` or the older `<from>-to-<name>`. */
function recipientOf(mailbox: string): string {
  return mailbox.startsWith('to-') ? mailbox.slice(3) : mailbox.replace(/^.*-to-/s, '');
}

function nameIn(mailbox: string): string | null {
  const name = recipientOf(mailbox);
  return isName(name) ? name : null;
}

/** Anybody may have written it, and it is shown to people and models. */
function line(text: string): string {
  return cutWhole(sanitizeText(text).replaceAll(/\s+/g, ' '), 400);
}

function readRecord(path: string): Record<string, unknown> | undefined {
  const value = readOwnJson(path);
  return isRecord(value) ? value : undefined;
}

/** One sentence for people and models. */
export function sentenceOfReport(report: MessageReport): string {
  const { id, state, to, at, lane, evidence, reason, history } = report;
  const when = at === null ? '' : ` at ${at.slice(0, 19).replace('T', ' ')} UTC`;
  const who = to ?? 'its recipient';
  const count = (what: string): number => history.filter(({ event }) => event === what).length;
  const tries = count('pushed') - count('unsent') - count('dropped');
  const again = tries > 1 ? `, offered ${tries} times` : '';
  switch (state) {
    case 'accepted':
      return tries === 0
        ? `${id} waits in ${who}'s inbox; it has not been handed to a session yet.`
        : `${id} waits in ${who}'s inbox; it was offered ${tries === 1 ? 'once' : `${tries} times`} without a sign of having been seen.`;
    case 'pushed':
      return `${id} was handed to ${who}'s session${when} (${lane ?? 'unknown lane'})${again}; nothing shows yet that ${who} has seen it.`;
    case 'seen':
      // Moved by hand, perhaps.
      if (evidence === null) {
        return `${id} was put with what ${who} has seen${when}; what shows that it was seen is not noted.`;
      }
      return `${id} was seen by ${who}${when} (evidence: ${evidence}).`;
    case 'expired':
      return `${id} expired${when} without a sign that ${who} saw it.`;
    case 'rejected':
      return `${id} for ${who} was rejected${when}: ${reason ?? 'no reason noted'}.`;
    case 'unknown':
      return `There is no message ${id} in this bridge root.`;
  }
}

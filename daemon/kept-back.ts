import { sentenceOfReport, type MessageReport } from '../mail/message-report.js';
import type { RuleSubject } from '../mail/rulings.js';
import { COMMAND_LANE, readHeartbeat } from '../protocol/heartbeat.js';
import { heldAt } from '../mail/held.js';
import { heldSentence } from '../mail/letter.js';
import { isOriginals } from '../mail/original.js';
import { mailboxPaths } from '../protocol/paths.js';
import { join } from 'node:path';
import type { Office } from './office.js';

/**
 * What rules.json does to a message that waits, in words that fit after the recipient's name.
 *
 * @returns undefined when it is brought as any other
 */
export function keptBack(office: Office, to: string, subject: RuleSubject): string | undefined {
  const session = office.agent(to);
  const heartbeat = session === undefined ? readHeartbeat(office.root, to) : undefined;
  // An original server knows no muting, and a command shows all.
  const showsAll =
    heartbeat !== undefined && (heartbeat.host === undefined || heartbeat.lane === COMMAND_LANE);
  if (office.rules.isMuted(subject, to) && !showsAll) {
    return `reads it with check_inbox: rules.json mutes messages from ${subject.from}`;
  }
  // What comes with the next step comes in quiet hours too; of other hosts we do not know the time.
  const wakes = session !== undefined && session.lanes.pushing().length > 0;
  if (!wakes || !office.rules.isQuiet(subject, to)) return undefined;
  const end = office.rules.quietUntil(subject, to);
  return `is not woken${end === undefined ? '' : ` until ${end}`}: these are quiet hours of rules.json`;
}

/** What became of a message, for its sender. */
export function sentenceFor(office: Office, report: MessageReport): string {
  const sentence = sentenceOfReport(report);
  const { id, from, to, state } = report;
  if (state !== 'accepted' || from === null || to === null) return sentence;
  if (isHeldFor(office, id, to)) return `${id} is ${heldSentence(from, to)}.`;
  const entry = office.agent(to)?.agent?.mailbox.get(id);
  const subject = { from, type: 'message', priority: 'normal', isNotice: false } as const;
  const clause = keptBack(office, to, entry?.subject ?? subject);
  return clause === undefined ? sentence : `${sentence} ${to} ${clause}.`;
}

function isHeldFor(office: Office, id: string, to: string): boolean {
  const mailbox = office.agent(to)?.agent?.mailbox;
  if (mailbox !== undefined) return mailbox.isUnapproved(id);
  if (isOriginals(office.root, to)) return false; // it takes what it finds
  const file = `${id}.json`;
  return (
    heldAt(join(mailboxPaths(office.root, to).inbox, file), file, office.gate, to) !== undefined
  );
}

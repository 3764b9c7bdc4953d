import { ensureMailbox } from '../../mail/deliver.js';
import { reportMessage, sentenceOfReport } from '../../mail/message-report.js';
import { findMail } from '../../mail/find-mail.js';
import { waitingFor } from '../../mail/waiting.js';
import type { SentLetter } from '../../protocol/control.js';
import { ExitCode } from '../../protocol/errors.js';
import { listFolder } from '../../protocol/list-folder.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { InboxBell } from './inbox-bell.js';
import { messageRecord, renderMessage, type Shown } from './message-view.js';
import { print, printJson, say } from './output.js';
import type { PostOffice } from './post-office.js';
import { sentLine } from './sent-line.js';

/**
 * Waits for the answer to a message and prints it; it counts as seen then.
 *
 * @returns the exit code
 */
export async function waitForAnswer(
  office: PostOffice,
  name: string,
  sent: SentLetter,
  seconds: number,
  json: boolean,
): Promise<number> {
  if (!json) say(`${sentLine(sent)}. Waiting for the answer …`);
  const answer = await awaitAnswer(office, name, sent.id, seconds);
  if (answer === undefined) {
    const report = reportMessage(office.root, sent.id, office.gate.keys);
    if (json) await printJson({ from: name, ...sent, answer: null, report });
    else say(`No answer within ${seconds} s. ${sentenceOfReport(report)}`);
    return ExitCode.timedOut;
  }
  if (json) await printJson({ from: name, ...sent, answer: messageRecord(answer) });
  else await print(...renderMessage(answer, terminalOf()));
  await office.seen(name, [answer.message.id], 'command');
  return ExitCode.ok;
}

async function awaitAnswer(
  office: PostOffice,
  name: string,
  id: string,
  seconds: number,
): Promise<Shown | undefined> {
  const paths = mailboxPaths(office.root, name);
  ensureMailbox(paths);
  const before = new Set(listFolder(paths.done));
  const deadline = Date.now() + seconds * 1000;
  const bell = new InboxBell(paths.inbox);
  try {
    for (;;) {
      const answer = waitingAnswer(office, name, id) ?? readAnswer(office, name, id, before);
      const left = deadline - Date.now();
      if (answer !== undefined || left <= 0) return answer;
      await bell.ring(left);
    }
  } finally {
    bell.close();
  }
}

function waitingAnswer({ root, gate }: PostOffice, name: string, id: string): Shown | undefined {
  for (const item of waitingFor(root, name, gate, { reject: true })) {
    if (item.message.replyTo === id) return item;
  }
  return undefined;
}

/** Somebody else who reads for that name may have been faster. */
function readAnswer(
  { root, gate }: PostOffice,
  name: string,
  id: string,
  before: Set<string>,
): Shown | undefined {
  for (const file of listFolder(mailboxPaths(root, name).done)) {
    if (before.has(file) || !file.endsWith('.json')) continue;
    before.add(file);
    const found = findMail(root, name, file.slice(0, -'.json'.length), gate.keys);
    if (found?.message.replyTo === id) return { ...found, repeated: true };
  }
  return undefined;
}

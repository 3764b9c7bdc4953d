import { join } from 'node:path';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import type { HeldMessage } from '../protocol/control.js';
import { mailboxPaths } from '../protocol/paths.js';
import { messageFiles, type Registry } from './directory.js';
import { refusalAt, type Gate } from './gate.js';
import { inspectFile } from './inspect.js';
import { mailboxNames } from './mailbox-names.js';
import { noticeToSender } from './notice.js';
import { isOriginals } from './original.js';
import { trustSubjectOf } from './standing.js';

/** So many files are read at most to find what is held. */
const MAX_READ = 5_000;

/** Why a message is in `rejected/` that a person did not want. */
export const REJECTED_BY_HAND = 'a person did not approve it (cc2cc inbox reject)';

/**
 * The messages that wait until a person approves them, by recipient, and in the order of their ids.
 * Where nothing can be held no file is read.
 *
 * @param options.most so many are listed
 * @param options.countOf how many are held for a name, where that is known; its files are not read, and
 *   nothing of it is listed
 */
export function heldBy(
  root: string,
  gate: Gate,
  { most = 0, countOf }: { most?: number; countOf?: (name: string) => number | undefined } = {},
): { messages: HeldMessage[]; total: number } {
  const messages: HeldMessage[] = [];
  let total = 0;
  let read = 0;
  if (!mayHold(gate)) return { messages, total };
  for (const to of mailboxNames(root)) {
    if (isOriginals(root, to)) continue; // it takes what it finds
    const count = countOf?.(to);
    total += count ?? 0;
    if (count !== undefined) continue;
    const { inbox } = mailboxPaths(root, to);
    for (const file of messageFiles(root, to).sort()) {
      if ((read += 1) > MAX_READ) return { messages, total };
      const message = heldAt(join(inbox, file), file, gate, to);
      if (message === undefined) continue;
      total += 1;
      if (messages.length < most) messages.push({ id: message.id, from: message.from, to });
    }
  }
  return { messages, total };
}

/** The message of a file, if it is one that is held. */
export function heldAt(path: string, file: string, gate: Gate, to: string): Message | undefined {
  const verdict = inspectFile(path, file, gate.keys);
  if (verdict.kind !== 'message' || refusalAt(gate, verdict, to) !== undefined) return undefined;
  const { message, signature } = verdict;
  if (expiresAt(message) <= Date.now()) return undefined;
  const { kind } = gate.standing(trustSubjectOf(message, signature), to);
  return kind === 'held' ? message : undefined;
}

/** What the sender of a message is told that a person has rejected, see {@link noticeToSender}. */
export function noticeOfRejection(
  registry: Registry,
  name: string,
  message: Message,
  ttl: number,
): Message | undefined {
  return noticeToSender(registry, name, message, ttl, {
    what: 'rejected',
    at: sentAt(message),
    text: `Your message ${message.id} to ${name} was not let through: a person did not approve it.`,
  });
}

/** Whether a message of somebody of whom nothing is known would be held. */
function mayHold({ standing }: Gate): boolean {
  const nobody = { id: 'msg-none', from: '', isNotice: false, answers: undefined };
  return standing(nobody, '').kind === 'held';
}

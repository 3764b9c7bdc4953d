import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Keyring } from '../../mail/keyring.js';
import type { SignatureState } from '../../mail/signing.js';
import { isRecord } from '../../protocol/json.js';
import { listFolder } from '../../protocol/list-folder.js';
import { hashOf } from './entry.js';

/** A message file at the end of a run. */
export interface StoredMessage {
  id: string;
  /** The name of whose mailbox it is. */
  owner: string;
  folder: 'inbox' | 'done';
  /** What is wrong with the file; then nothing else of it is known. */
  fault?: string;
  from?: string;
  /** The name that it was sent to. */
  to?: string | undefined;
  text?: string;
  signature?: SignatureState;
  /** A notice of the daemon's, or news of a task: nobody has written its text. */
  isMade?: boolean;
  /** It gives somebody a task. */
  isTask?: boolean;
  replyTo?: string | undefined;
  /** Epoch milliseconds. */
  expiresAt?: number;
}

export interface JournalEvent {
  id: string;
  /** ISO time. */
  at?: string;
  event: string;
  lane?: string;
  evidence?: string;
}

/** One mailbox at the end. */
export interface MailboxEnd {
  owner: string;
  messages: StoredMessage[];
  /** By message id. */
  receipts: Map<string, Record<string, unknown> | undefined>;
  journal: JournalEvent[];
  /** Files in tmp/ but those kept ready for the next message. */
  staged: string[];
}

export interface Rejection {
  file: string;
  owner: string;
  reason: string;
  /** The refused file is beside its reason. */
  hasFile: boolean;
}

/** All that the files say of messages; read by no code of the product but that for keys. */
export interface Ending {
  mailboxes: MailboxEnd[];
  rejections: Rejection[];
}

export function readEnding(root: string): Ending {
  const keys = new Keyring(root);
  const owners = listFolder(root).filter((name) => name.startsWith('to-'));
  return {
    mailboxes: owners.map((folder) => readMailbox(join(root, folder), folder.slice(3), keys)),
    rejections: readRejections(join(root, 'rejected')),
  };
}

function readMailbox(dir: string, owner: string, keys: Keyring): MailboxEnd {
  const messages = (['inbox', 'done'] as const).flatMap((folder) =>
    listFolder(join(dir, folder))
      .filter((file) => !file.startsWith('.'))
      .map((file) => ({ owner, folder, ...readMessage(join(dir, folder, file), file, keys) })),
  );
  const receipts = listFolder(join(dir, 'receipts')).map(
    (file) =>
      [file.replace(/\.receipt\.json$/, ''), readJson(join(dir, 'receipts', file))] as const,
  );
  const staged = listFolder(join(dir, 'tmp')).filter((file) => !file.startsWith('spare.'));
  const journal = readJournalLines(join(dir, 'journal.jsonl'));
  return { owner, messages, receipts: new Map(receipts), journal, staged };
}

function readMessage(
  path: string,
  file: string,
  keys: Keyring,
): Omit<StoredMessage, 'owner' | 'folder'> {
  const id = file.replace(/\.json$/, '');
  const stats = lstatSync(path);
  if (!stats.isFile()) return { id, fault: 'no regular file' };
  const raw = readJson(path);
  if (raw === undefined) return { id, fault: `not whole (${stats.size} bytes)` };
  if (raw['id'] !== id) return { id, fault: `holds ${String(raw['id'])}` };
  const { from, to, content, identity, task, type, replyTo, ttl, timestamp } = raw;
  const text = isRecord(content) ? content['text'] : undefined;
  if (typeof from !== 'string' || typeof text !== 'string') return { id, fault: 'no message' };
  const seconds = typeof ttl === 'number' ? ttl : 3600;
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : stats.mtimeMs;
  const isNotice = isRecord(identity) && identity['mode'] === 'daemon';
  return {
    id,
    from,
    to: typeof to === 'string' ? to : undefined,
    text: hashOf(keys.reveal(text)),
    signature: keys.check(raw, at),
    isMade: isNotice || (isRecord(task) && (type === 'status' || type === 'response')),
    isTask: type === 'task',
    replyTo: typeof replyTo === 'string' ? replyTo : undefined,
    expiresAt: seconds === 0 ? Infinity : at + seconds * 1000,
  };
}

function readRejections(folder: string): Rejection[] {
  const files = new Set(listFolder(folder));
  return [...files].flatMap((name) => {
    if (!name.endsWith('.reason.json')) return [];
    const { file, mailbox, reason } = readJson(join(folder, name)) ?? {};
    if (typeof file !== 'string' || typeof mailbox !== 'string') return [];
    const hasFile = files.has(name.replace(/\.reason\.json$/, '.rejected'));
    const why = typeof reason === 'string' ? reason : '';
    return [{ file, owner: mailbox.replace(/^to-/, ''), reason: why, hasFile }];
  });
}

function readJournalLines(path: string): JournalEvent[] {
  const text = lstatSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : '';
  return text.split('\n').flatMap((line) => {
    const value = parse(line);
    return value !== undefined && typeof value['id'] === 'string'
      ? [value as unknown as JournalEvent]
      : [];
  });
}

function readJson(path: string): Record<string, unknown> | undefined {
  return parse(readFileSync(path, 'utf8'));
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // whoever asks says what is torn
  }
}

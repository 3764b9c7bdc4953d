import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../../mail/deliver.js';
import { Keyring } from '../../mail/keyring.js';
import {
  createMessage,
  encodeMessage,
  parseMessage,
  type Draft,
  type Message,
} from '../../protocol/envelope.js';
import { errnoOf } from '../../protocol/errors.js';
import { newMessageId } from '../../protocol/ids.js';
import { mailboxPaths, rootPaths, type MailboxPaths } from '../../protocol/paths.js';

type Root = { readonly root: string };

/** A file in `tmp/` that one rename delivers. */
export interface StagedFile {
  id: string;
  /** Moves it into `inbox/`. */
  drop: () => void;
}

export function mailboxOf({ root }: Root, name: string): MailboxPaths {
  return mailboxPaths(root, name);
}

/** Writes a valid message into `tmp/`, as a person or script would. */
export function stageMessage(where: Root, to: string, fields: Partial<Draft> = {}): StagedFile {
  const draft: Draft = { id: newMessageId(), from: 'hand-writer', to, text: 'hello', ...fields };
  return stageBytes(where, to, draft.id, encodeMessage(createMessage(draft)));
}

/** Writes anything at all into `tmp/`. */
export function stageBytes(
  where: Root,
  to: string,
  id: string,
  bytes: Uint8Array | string,
): StagedFile {
  const paths = mailboxOf(where, to);
  ensureMailbox(paths);
  const staged = join(paths.tmp, `${id}.json`);
  const target = join(paths.inbox, `${id}.json`);
  writeFileSync(staged, bytes, { mode: 0o600, flag: 'wx' });
  return {
    id,
    drop: () => {
      renameSync(staged, target);
    },
  };
}

/** Sends a message without any program of ours; returns its id. */
export function dropMessage(where: Root, to: string, fields: Partial<Draft> = {}): string {
  const { id, drop } = stageMessage(where, to, fields);
  drop();
  return id;
}

/** The same, signed: what claims the name of a session that is attached is refused without. */
export function dropSigned(where: Root, to: string, fields: Partial<Draft> = {}): string {
  const draft: Draft = { id: newMessageId(), from: 'hand-writer', to, text: 'hello', ...fields };
  const message = new Keyring(where.root).seal(createMessage(draft));
  stageBytes(where, to, draft.id, encodeMessage(message)).drop();
  return draft.id;
}

/** File names in a folder of the mailbox of `name`, in order; none where there is no folder. */
export function listMailbox(where: Root, name: string, folder: keyof MailboxPaths): string[] {
  return list(mailboxOf(where, name)[folder]);
}

export function listInbox(where: Root, name: string): string[] {
  return listMailbox(where, name, 'inbox');
}

export function listDone(where: Root, name: string): string[] {
  return listMailbox(where, name, 'done');
}

/** What was refused, with the reasons beside it. */
export function listRejected({ root }: Root): string[] {
  return list(rootPaths(root).rejected);
}

/** Why files were refused, in no order. */
export function rejectionReasons(where: Root): string[] {
  return listRejected(where)
    .filter((file) => file.endsWith('.reason.json'))
    .map((file) => {
      const note = readFileSync(join(rootPaths(where.root).rejected, file), 'utf8');
      return (JSON.parse(note) as { reason: string }).reason;
    });
}

export function readMessages(where: Root, name: string, folder: 'inbox' | 'done'): Message[] {
  const dir = mailboxOf(where, name)[folder];
  return list(dir).map((file) => parseMessage(JSON.parse(readFileSync(join(dir, file), 'utf8'))));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

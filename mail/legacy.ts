import { lstatSync, unlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { listFolder } from '../protocol/list-folder.js';
import { isName } from '../protocol/names.js';
import { folderFault } from '../protocol/own-folder.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { placeFile } from './deliver.js';
import { refusalAt, type Gate } from './gate.js';
import { inspectFile } from './inspect.js';
import { ownFolder } from './own-file.js';
import { rejectFile } from './reject.js';

/** A mailbox of the form that older versions of the original used: `<from>-to-<name>`. */
export interface LegacyMailbox {
  dir: string;
  inbox: string;
  /** Whose mail it may be: more than one for `a-to-b-to-c`, which is for `c` or for `b-to-c`. */
  names: string[];
}

const BETWEEN = '-to-';

/** Those in a root that are folders of our own user; others, and links, are left alone. */
export function legacyMailboxes(root: string): LegacyMailbox[] {
  return listFolder(root).flatMap((folder) => {
    // `to-x-to-b` is the mailbox of the agent x-to-b.
    if (folder.startsWith('to-') || !folder.includes(BETWEEN)) return [];
    const names = recipientsOf(folder);
    const dir = join(root, folder);
    const inbox = join(dir, 'inbox');
    const isOurs = [dir, inbox].every((path) => ownFolder(path) && folderFault(path) === undefined);
    return names.length > 0 && isOurs ? [{ dir, inbox, names }] : [];
  });
}

/** What was found in one of them for an agent. */
export interface LegacyHaul {
  /** Files that lie in the agent's inbox now. */
  moved: number;
  /** Files that were refused, and those of them that could not be moved to `rejected/`. */
  refused: { file: string; reason: string; error?: unknown }[];
}

/**
 * Moves the messages for `name` into its own inbox. Each is checked as it would be there, and linked
 * before it is unlinked: after a crash in between, what lies in both places is known to be one file.
 *
 * @param passOver whether a file is not to be looked at
 * @param rejected the folder for what is refused
 */
export function takeLegacy(
  mailbox: LegacyMailbox,
  name: string,
  paths: MailboxPaths,
  gate: Gate,
  rejected: string,
  passOver: (path: string) => boolean = () => false,
): LegacyHaul {
  const haul: LegacyHaul = { moved: 0, refused: [] };
  const refuse = (file: string, reason: string): void => {
    const refusal = { file, reason };
    try {
      rejectFile(join(mailbox.inbox, file), rejected, mailbox.dir, reason);
      haul.refused.push(refusal);
    } catch (error) {
      haul.refused.push({ ...refusal, error });
    }
  };
  for (const file of listFolder(mailbox.inbox)) {
    // As the original reads them: it passes over all other names.
    if (file.startsWith('.') || !file.endsWith('.json')) continue;
    const path = join(mailbox.inbox, file);
    if (passOver(path)) continue;
    const verdict = inspectFile(path, file, gate.keys);
    if (verdict.kind === 'later' || verdict.kind === 'gone') continue;
    const isShared = mailbox.names.length > 1;
    if (verdict.kind === 'reject') {
      if (!isShared) refuse(file, verdict.reason); // else nobody can say whose it is
      continue;
    }
    const { message } = verdict;
    if (isShared && message.to !== name) continue;
    const refusal = refusalAt(gate, verdict, name) ?? bringIn(path, message.id, paths);
    if (refusal === undefined) haul.moved += 1;
    else refuse(file, refusal);
  }
  return haul;
}

/** @returns why it cannot be let in; undefined when it is */
function bringIn(path: string, id: string, { inbox, done }: MailboxPaths): string | undefined {
  const file = lstatSync(path);
  for (const [folder, refusal] of [
    [done, `replay: ${id} has been delivered before`],
    [inbox, `duplicate: ${id} is in the inbox already`],
  ] as const) {
    const there = lstatSync(join(folder, `${id}.json`), { throwIfNoEntry: false });
    if (there === undefined) continue;
    if (!isSame(there, file)) return refusal;
    unlinkSync(path); // a crash between link and unlink: it was brought in then
    return undefined;
  }
  placeFile(path, join(inbox, `${id}.json`));
  return undefined;
}

/** The names that may be meant, by every way in which the folder's name can be read. */
function recipientsOf(folder: string): string[] {
  const names: string[] = [];
  for (let at = folder.indexOf(BETWEEN); at >= 0; at = folder.indexOf(BETWEEN, at + 1)) {
    const name = folder.slice(at + BETWEEN.length);
    if (isName(folder.slice(0, at)) && isName(name)) names.push(name);
  }
  return names;
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

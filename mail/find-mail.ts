import { join } from 'node:path';
import type { Message } from '../protocol/envelope.js';
import { isMessageId } from '../protocol/ids.js';
import { mailboxPaths, type MailboxPaths } from '../protocol/paths.js';
import { inspectFile } from './inspect.js';
import { mailboxFault } from './mailbox-folders.js';
import type { Keyring } from './keyring.js';
import type { SignatureState } from './signing.js';
import { isAnythingAt } from '../protocol/anything-at.js';

/** A message that was found, and what its signature tells. */
export interface FoundMail {
  message: Message;
  signature: SignatureState;
}

/**
 * A message in an agent's mailbox, waiting or seen.
 *
 * @param keys as for {@link inspectFile}
 */
export function findMail(
  root: string,
  name: string,
  id: string,
  keys?: Keyring,
): FoundMail | undefined {
  const isId: boolean = isMessageId(id);
  if (!isId) return undefined;
  const paths = mailboxPaths(root, name);
  if (mailboxFault(paths) !== undefined) return undefined;
  for (const path of pathsOf(paths, id)) {
    const verdict = inspectFile(path, `${id}.json`, keys);
    if (verdict.kind === 'message') return verdict;
  }
  return undefined;
}

/** Whether a file of that id is in a mailbox, waiting or seen; what it holds is another thing. */
export function isInMailbox(paths: MailboxPaths, id: string): boolean {
  return pathsOf(paths, id).some(isAnythingAt);
}

/** The inbox first: a message on its way to done/ is found in one of them. */
function pathsOf({ inbox, done }: MailboxPaths, id: string): string[] {
  return [inbox, done].map((folder) => join(folder, `${id}.json`));
}

import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile } from './deliver.js';
import type { Message } from '../protocol/envelope.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { isAnythingAt } from '../protocol/anything-at.js';

/**
 * Lets a checked message into an inbox, under the file name of its own id.
 *
 * @param name the file name that it has now
 * @returns why it cannot be let in; undefined when it is
 */
export function admit(paths: MailboxPaths, message: Message, name: string): string | undefined {
  const own = `${message.id}.json`;
  const seen = join(paths.done, own);
  const done = lstatSync(seen, { throwIfNoEntry: false });
  if (done !== undefined) {
    const { ino, dev } = lstatSync(join(paths.inbox, name));
    const isOther = done.ino !== ino || done.dev !== dev;
    if (isOther) return `replay: ${message.id} has been delivered before`;
    rmSync(seen); // one file in both: a crash while it was taken back
  }
  if (name === own) return undefined;
  const target = join(paths.inbox, own);
  if (isAnythingAt(target)) {
    return `duplicate: ${message.id} is in the inbox already`;
  }
  placeFile(join(paths.inbox, name), target); // dropped by hand under another name
  return undefined;
}

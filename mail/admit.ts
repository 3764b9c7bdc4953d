import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile } from './deliver.js';
import type { Message } from '../protocol/envelope.js';
import type { MailboxPaths } from '../protocol/paths.js';
import { isAnythingAt } from '../protocol/anything-at.js';

/** Whether a message in an inbox was delivered there before and has ended: another file than that one. */
export function isReplay({ inbox, done }: MailboxPaths, id: string, name = `${id}.json`): boolean {
  const ended = lstatSync(join(done, `${id}.json`), { throwIfNoEntry: false });
  if (ended === undefined) return false;
  const waiting = lstatSync(join(inbox, name), { throwIfNoEntry: false });
  return ended.ino !== waiting?.ino || ended.dev !== waiting.dev;
}

export function replayReason(id: string): string {
  return `replay: ${id} has been delivered before`;
}

/**
 * Lets a checked message into an inbox, under the file name of its own id.
 *
 * @param name the file name that it has now
 * @returns why it cannot be let in; undefined when it is
 */
export function admit(paths: MailboxPaths, message: Message, name: string): string | undefined {
  const own = `${message.id}.json`;
  const ended = join(paths.done, own);
  if (isAnythingAt(ended)) {
    if (isReplay(paths, message.id, name)) return replayReason(message.id);
    rmSync(ended); // one file in both: a crash while it was taken back
  }
  if (name === own) return undefined;
  const target = join(paths.inbox, own);
  if (isAnythingAt(target)) {
    return `duplicate: ${message.id} is in the inbox already`;
  }
  placeFile(join(paths.inbox, name), target); // dropped by hand under another name
  return undefined;
}

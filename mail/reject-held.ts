import { join } from 'node:path';
import type { Message } from '../protocol/envelope.js';
import { mailboxPaths } from '../protocol/paths.js';
import type { Registry } from './directory.js';
import type { Gate } from './gate.js';
import { heldAt, noticeOfRejection, REJECTED_BY_HAND } from './held.js';

/** How it is done, which a daemon does otherwise than a command. */
export interface Rejecting {
  registry: Registry;
  gate: Gate;
  /** Seconds that notices wait. */
  ttl: number;
  /** Delivers a notice; the same one comes twice after a crash. */
  post: (notice: Message) => Promise<unknown>;
  /** Moves the message to `rejected/`. */
  take: (id: string, reason: string) => void;
}

/**
 * Takes held messages away that a person does not want, and tells their senders. What is not held (any
 * more) is passed over.
 *
 * @returns the ids of those that were taken away
 * @throws Cc2ccError E_STORE
 */
export async function rejectHeld(
  name: string,
  ids: readonly string[],
  { registry, gate, ttl, post, take }: Rejecting,
): Promise<string[]> {
  const { inbox } = mailboxPaths(registry.root, name);
  const rejected: string[] = [];
  for (const id of ids) {
    const message = heldAt(join(inbox, `${id}.json`), `${id}.json`, gate, name);
    if (message === undefined) continue;
    // First the notice: after a crash in between it is written again under the same id, that is, once.
    const notice = noticeOfRejection(registry, name, message, ttl);
    if (notice !== undefined) await post(notice);
    take(id, REJECTED_BY_HAND);
    rejected.push(id);
  }
  return rejected;
}

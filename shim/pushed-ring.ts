import { isMessageId } from '../protocol/id-pattern.js';
import { PUSHED_RING } from '../protocol/limits.js';
import { objectIn } from './rpc.js';

/**
 * The ids of the messages that were handed to the client last. They tell a new daemon what its
 * session already has; what falls out of the ring may be offered a second time, marked as such.
 */
export class PushedRing {
  readonly #ids = new Set<string>();

  constructor(private readonly size = PUSHED_RING) {}

  add(ids: readonly unknown[]): void {
    for (const id of ids) {
      if (!isMessageId(id)) continue; // one bad id would make every later hello a bad one
      this.#ids.delete(id); // repeated: now among the youngest
      this.#ids.add(id);
    }
    for (const oldest of this.#ids) {
      if (this.#ids.size <= this.size) break;
      this.#ids.delete(oldest);
    }
  }

  /** Oldest first. */
  list(): string[] {
    return [...this.#ids];
  }
}

/** The ids in a channel notification: one message, or several that were pushed as one. */
export function idsInPush(notification: Record<string, unknown>): unknown[] {
  const { msg_id, msg_ids } = objectIn(objectIn(notification, 'params'), 'meta');
  const several = typeof msg_ids === 'string' ? msg_ids.split(',').map((id) => id.trim()) : [];
  return [msg_id, ...several];
}

/** The ids that a result says it holds. */
export function idsInResult(response: Record<string, unknown>): unknown[] {
  const ids = objectIn(objectIn(response, 'result'), '_meta')['cc2cc/ids'];
  return Array.isArray(ids) ? ids : [];
}

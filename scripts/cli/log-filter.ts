import { currentName, registryOf } from '../../mail/directory.js';
import type { Place, Recorded } from '../../mail/history.js';
import { sentAt, type MessageType } from '../../protocol/envelope.js';
import { formerNames } from './former-names.js';

/** Which messages of the past are wanted; all that is given must be so. */
export interface Wanted {
  /** From or to this agent. */
  agent?: string | undefined;
  /** From one of them to the other. */
  between?: readonly [string, string] | undefined;
  /** Of the exchange that this message began or belongs to. */
  thread?: string | undefined;
  /** Epoch milliseconds; sent then or later. */
  since?: number | undefined;
  /** Epoch milliseconds; sent before. */
  until?: number | undefined;
  /** In the text, whatever the case of its letters. */
  search?: string | undefined;
  type?: MessageType | undefined;
}

/** Finds what is wanted. A thread is followed in the order of sending, so feed it oldest first. */
export class LogFilter {
  readonly #tests: ((recorded: Recorded) => boolean)[] = [];
  readonly #since: number;
  readonly #until: number;
  /** Whether an answer depends on the messages before it. */
  readonly inOrder: boolean;

  /** @param root where agents may have had other names before */
  constructor(root: string, wanted: Wanted) {
    const { agent, between, thread, search, type, since = -Infinity, until = Infinity } = wanted;
    this.#since = since;
    this.#until = until;
    this.inOrder = thread !== undefined;
    if (type !== undefined) this.#tests.push(({ message }) => message.type === type);
    if (agent !== undefined) {
      const names = allNames(root, agent);
      this.#tests.push((recorded) => names.has(recorded.message.from) || isTo(recorded, names));
    }
    if (between !== undefined) {
      const [a, b] = [allNames(root, between[0]), allNames(root, between[1])];
      this.#tests.push(
        (recorded) =>
          (a.has(recorded.message.from) && isTo(recorded, b)) ||
          (b.has(recorded.message.from) && isTo(recorded, a)),
      );
    }
    if (search !== undefined) {
      const needle = search.toLowerCase();
      this.#tests.push(({ message }) => message.content.text.toLowerCase().includes(needle));
    }
    // Last, and told of every message: what is not shown can have been answered.
    if (thread !== undefined) this.#tests.unshift(threadTest(thread));
  }

  /** Whether it is worth reading. */
  mayMatch({ time }: Place): boolean {
    return this.inOrder || (time >= this.#since && time < this.#until);
  }

  matches(recorded: Recorded): boolean {
    const at = sentAt(recorded.message);
    // All tests are made of a thread's messages, so that it is followed through those not wanted.
    const results = this.#tests.map((test) => test(recorded));
    return at >= this.#since && at < this.#until && results.every(Boolean);
  }
}

/** The folder decides who gets a message, and `to` may say a name of then. */
function isTo({ message, mailbox }: Recorded, names: ReadonlySet<string>): boolean {
  return names.has(message.to) || names.has(mailbox.replace(/^(?:.*-)?to-/, ''));
}

/** The name and all others that the agent bears or bore. */
function allNames(root: string, name: string): Set<string> {
  const current = currentName(registryOf(root), name);
  return new Set([name, current, ...formerNames(root, current)]);
}

/** By `thread` where it is given; the original's replies have `replyTo` alone. */
function threadTest(root: string): (recorded: Recorded) => boolean {
  const ids = new Set([root]);
  return ({ message: { id, thread, replyTo } }) => {
    const belongs =
      ids.has(id) ||
      (thread !== undefined && ids.has(thread)) ||
      (typeof replyTo === 'string' && ids.has(replyTo));
    if (belongs) ids.add(id);
    return belongs;
  };
}

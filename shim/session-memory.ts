import type { Reattach } from '../protocol/hello.js';
import type { Pending } from './pending.js';
import { idsInPush, idsInResult, PushedRing } from './pushed-ring.js';
import { keyOf, type Id } from './rpc.js';

/** The name rule's; a daemon refuses a hello with a longer one. */
const MAX_NAME_CHARS = 31;

/** What a daemon that did not see the session's beginning must be told. */
export class SessionMemory {
  readonly #pushed = new PushedRing();
  #initialize: Pending | undefined;
  #initialized: Buffer | undefined;
  /** Of a session that was never attached, the first daemon sees the beginning itself. */
  #known = false;
  #name: string | undefined;
  /** When the name was granted first, epoch milliseconds. */
  #since = 0;
  #standby = false;
  #listed = false;
  /** Digests of the tools: of the daemon in force, and of those that the client was told of. */
  #offered: string | undefined;
  #told: string | undefined;

  /** For the next hello; undefined before the first welcome. */
  get reattach(): Reattach | undefined {
    if (!this.#known) return undefined;
    return {
      ...(this.#name === undefined ? {} : { name: this.#name, since: this.#since }),
      listed: this.#listed,
      ...(this.#told === undefined ? {} : { tools: this.#told }),
      ...(this.#standby ? { standby: true } : {}),
      pushed: this.#pushed.list(),
    };
  }

  welcomed(tools: string): void {
    this.#known = true;
    this.#offered = tools;
  }

  /** The session's other server is the agent now. */
  stoodBy(): void {
    this.#standby = true;
    this.#name = undefined;
  }

  named(name: unknown): void {
    this.#standby = false;
    const granted = typeof name === 'string' && name.length <= MAX_NAME_CHARS ? name : undefined;
    if (granted !== this.#name) this.#since = Date.now();
    this.#name = granted;
  }

  /** A request of the client. */
  requested(request: Pending): void {
    if (request.method !== 'initialize') return;
    this.#initialize = request;
    this.#initialized = undefined;
  }

  /** A notification of the client. */
  notified(method: string, line: Buffer): void {
    if (method === 'notifications/initialized') this.#initialized = line;
  }

  /** A daemon's answer goes to the client. */
  answered(request: Pending, body: Record<string, unknown>): void {
    this.#pushed.add(idsInResult(body));
    if (request.method !== 'tools/list' || !('result' in body)) return;
    this.#listed = true;
    this.#told = this.#offered;
  }

  /** A daemon's notification goes to the client. */
  pushed(method: string, body: Record<string, unknown>): void {
    if (method === 'notifications/claude/channel') this.#pushed.add(idsInPush(body));
  }

  /** Messages that the client is being given outside of this conversation. */
  handed(ids: readonly string[]): void {
    this.#pushed.add(ids);
  }

  /** Whether this is the id of the remembered `initialize`. */
  isInitialize(id: Id): boolean {
    return this.#initialize !== undefined && keyOf(this.#initialize.id) === keyOf(id);
  }

  /** Whether the handshake that {@link script} repeats has had its answer already. */
  repeats(pending: readonly Pending[]): boolean {
    return this.#initialize !== undefined && !pending.includes(this.#initialize);
  }

  /**
   * All that a new daemon is sent: the handshake, whether answered before or not, where it stood
   * among the requests without an answer. A discovery probe comes before it, tool calls after.
   */
  script(pending: readonly Pending[], lineOf: (request: Pending) => Buffer): Buffer[] {
    const start = this.#initialize;
    if (start === undefined) return pending.map(lineOf);
    return [
      ...pending.filter(({ seq }) => seq < start.seq).map(lineOf),
      lineOf(start),
      ...(this.#initialized === undefined ? [] : [this.#initialized]),
      ...pending.filter(({ seq }) => seq > start.seq).map(lineOf),
    ];
  }
}

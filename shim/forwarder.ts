import { Cc2ccError } from '../protocol/errors.js';
import { encodeLine } from '../protocol/framing.js';
import type { Reattach } from '../protocol/hello.js';
import { stampClock, type Stamp } from '../protocol/stamp.js';
import { PendingRequests, type Pending } from './pending.js';
import { readPush, type PushRequest } from './push-request.js';
import { idsInResult } from './pushed-ring.js';
import * as rpc from './rpc.js';
import { SessionMemory } from './session-memory.js';
import { stamped } from './stamping.js';
import { unavailableAnswer } from './unavailable.js';

/** What is to be done after a line: a whole line to write, or a word for whoever dials or pushes. */
export interface Effects {
  toClient?: Buffer;
  toDaemon?: Buffer;
  retire?: 'stop' | 'restart';
  push?: PushRequest;
}

/**
 * A request that was with this many daemons when they died has probably killed them, and every
 * session of the user suffers: it is not given to the next one.
 */
export const MAX_SENDS = 20;

const POISON = new Cc2ccError('E_INTERNAL', `${MAX_SENDS} daemons ended during this request.`, {
  hint: 'Their log says why; see: cc2cc-daemon status',
});

/** Methods between daemon and shim, which the client neither sees nor may use. */
const HOP = 'cc2cc/';

/**
 * The state between a client and the daemons that come and go: which requests have no answer and
 * what a new daemon must be told again. It has no input or output of its own.
 */
export class Forwarder {
  readonly #pending = new PendingRequests();
  readonly #memory = new SessionMemory();
  readonly #stamp: () => Stamp;
  readonly #now: () => number;
  #seq = 0;
  #attached = false;
  /** The next answer to `initialize` is to a replay that the client knows nothing of. */
  #swallow = false;

  /** @param now milliseconds of a clock that is never set; only differences count */
  constructor(stamp: () => Stamp = stampClock(), now: () => number = () => performance.now()) {
    this.#stamp = stamp;
    this.#now = now;
  }

  get attached(): boolean {
    return this.#attached;
  }

  /** Bytes of requests without an answer. */
  get bytes(): number {
    return this.#pending.bytes;
  }

  /** Since when the oldest request has waited for a daemon; undefined when none does. */
  get waitingSince(): number | undefined {
    return this.#attached ? undefined : this.#pending.first()?.waitingSince;
  }

  /** For the next hello; undefined before the first welcome. */
  get reattach(): Reattach | undefined {
    return this.#memory.reattach;
  }

  fromClient(line: Buffer): Effects {
    const message = rpc.readMessage(line);
    switch (message.kind) {
      case 'request':
        return this.#request(message, line);
      case 'notification':
        return this.#notification(message, line);
      case 'response':
        // Where nobody is attached, whoever asked is dead.
        return this.#attached ? { toDaemon: rpc.wholeLine(line) } : {};
      case 'invalid':
        return rpc.refusal(null, message.code);
    }
  }

  fromDaemon(line: Buffer): Effects {
    const message = rpc.readMessage(line);
    if (message.kind === 'invalid') return {}; // stdout bears JSON-RPC and nothing else
    if (message.kind === 'response') return this.#answer(message, line);
    if (message.method.startsWith(HOP)) return this.#hop(message);
    if (message.kind === 'notification') this.#memory.pushed(message.method, message.body);
    return { toClient: rpc.wholeLine(line) };
  }

  /**
   * A daemon has welcomed us.
   *
   * @param tools digest of the tools that it offers
   * @returns what to send to it, in order; and errors for requests that it is spared
   */
  attach(tools: string): { toDaemon: Buffer[]; toClient: Buffer[] } {
    this.#attached = true;
    this.#memory.welcomed(tools);
    const toClient = this.#abandon(({ sends }) => sends >= MAX_SENDS, POISON);
    const pending = this.#pending.list();
    this.#swallow = this.#memory.repeats(pending);
    return { toDaemon: this.#memory.script(pending, send), toClient };
  }

  /** The client may have these messages from now on, by way of its own socket. */
  handed(ids: readonly string[]): void {
    this.#memory.handed(ids);
  }

  /** The connection is gone. What it had not answered waits for the next one. */
  detach(): void {
    this.#attached = false;
    this.#swallow = false;
    for (const request of this.#pending.list()) request.waitingSince = this.#now();
  }

  /**
   * Answers the requests that wait for a daemon with an error.
   *
   * @param patience only those that have waited this many milliseconds
   * @returns lines for the client
   */
  giveUp(cause: unknown, patience = 0): Buffer[] {
    if (this.#attached) return [];
    const latest = this.#now() - patience;
    return this.#abandon(({ waitingSince }) => waitingSince <= latest, cause);
  }

  #abandon(which: (request: Pending) => boolean, cause: unknown): Buffer[] {
    const given = this.#pending.list().filter(which);
    for (const { id } of given) this.#pending.take(id);
    return given.map((request) => unavailableAnswer(request, cause));
  }

  #request({ id, method, body }: rpc.Request, received: Buffer): Effects {
    if (method.startsWith(HOP)) return rpc.refusal(id, rpc.METHOD_NOT_FOUND);
    // A second request of that id would be taken for answered with the first one's answer.
    if (this.#pending.has(id)) return rpc.refusal(null, rpc.INVALID_REQUEST);
    let line: Buffer | undefined;
    try {
      if (method === 'tools/call') line = stamped(body, this.#stamp());
    } catch {
      return rpc.refusal(id, rpc.INVALID_REQUEST);
    }
    line ??= rpc.wholeLine(received);
    this.#seq += 1;
    const request = { id, method, line, seq: this.#seq, waitingSince: this.#now(), sends: 0 };
    this.#pending.add(request);
    this.#memory.requested(request);
    return this.#attached ? { toDaemon: send(request) } : {};
  }

  #notification({ method, body }: rpc.Notification, received: Buffer): Effects {
    if (method.startsWith(HOP)) return {};
    const line = rpc.wholeLine(received);
    this.#memory.notified(method, line);
    if (method === 'notifications/cancelled') {
      const { requestId } = rpc.objectIn(body, 'params');
      if (rpc.isId(requestId)) this.#pending.take(requestId);
    }
    return this.#attached ? { toDaemon: line } : {};
  }

  #answer({ id, body }: rpc.Response, line: Buffer): Effects {
    if (this.#swallow && this.#memory.isInitialize(id)) {
      this.#swallow = false;
      return {};
    }
    const request = this.#pending.take(id);
    if (request === undefined) return dropped(body); // cancelled, or answered with an error
    this.#memory.answered(request, body);
    return { toClient: rpc.wholeLine(line) };
  }

  #hop(message: rpc.Request | rpc.Notification): Effects {
    const params = rpc.objectIn(message.body, 'params');
    if (message.kind === 'request') return hopRequest(message, params);
    const { name, mode } = params;
    if (message.method === 'cc2cc/attached') this.#memory.named(name);
    if (message.method === 'cc2cc/standby') this.#memory.stoodBy();
    if (message.method !== 'cc2cc/retire') return {}; // perhaps of a newer daemon
    return mode === 'stop' || mode === 'restart' ? { retire: mode } : {};
  }
}

/** What a daemon asks of the shim itself. */
function hopRequest({ id, method }: rpc.Request, params: Record<string, unknown>): Effects {
  if (method !== 'cc2cc/push') return refused(id, rpc.METHOD_NOT_FOUND);
  const push = readPush(params);
  return push === undefined ? refused(id, rpc.INVALID_PARAMS) : { push: { id, push } };
}

function refused(id: rpc.Id, code: Parameters<typeof rpc.refusal>[1]): Effects {
  return { toDaemon: rpc.refusal(id, code).toClient };
}

/** Messages in an answer that nobody gets must not count as seen. */
function dropped(body: Record<string, unknown>): Effects {
  const ids = idsInResult(body);
  if (ids.length === 0) return {};
  const word = { jsonrpc: '2.0', method: 'cc2cc/dropped', params: { ids } };
  return { toDaemon: Buffer.from(encodeLine(word)) };
}

function send(request: Pending): Buffer {
  request.sends += 1;
  return request.line;
}

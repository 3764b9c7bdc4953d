import { encodeLine } from '../protocol/framing.js';
import { SOCKET_BURST, SOCKET_REFILL_MS } from '../protocol/limits.js';
import type { PushRequest } from './push-request.js';
import { errorLine, type Id } from './rpc.js';
import type { SessionSocket } from './session-socket.js';

/** Takes a line for the daemon that asked, if it is still there. */
type Answer = (line: Buffer) => void;

/** The pushes of the daemon in force: one at a time, in the order in which they were asked for. */
export class PushQueue {
  readonly #socket: Pick<SessionSocket, 'push'>;
  readonly #onBegin: (ids: readonly string[]) => void;
  #waiting: { request: PushRequest; answer: Answer }[] = [];
  #running = false;
  /** Not made before it is needed: a start without a push must not pay for loading it. */
  #current: AbortController | undefined;

  /** @param onBegin from now on the client may have these messages */
  constructor(socket: Pick<SessionSocket, 'push'>, onBegin: (ids: readonly string[]) => void) {
    this.#socket = socket;
    this.#onBegin = onBegin;
  }

  add(request: PushRequest, answer: Answer): void {
    if (this.#waiting.length >= SOCKET_BURST) {
      // More than the client would take. What waits was not counted yet, so there is no exact time.
      answer(resultLine(request.id, { written: false, nextMs: SOCKET_REFILL_MS }));
      return;
    }
    this.#waiting.push({ request, answer });
    if (!this.#running) void this.#run();
  }

  /**
   * The daemon that asked is gone. Its successor offers again what it does not find in the hello, and
   * that is what has not begun: writing that as well would show it twice.
   */
  clear(): void {
    this.#waiting = [];
    this.#current?.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { id, push } = next.request;
      const { signal } = (this.#current = new AbortController());
      const outcome = await this.#socket.push(push.content, {
        signal,
        onBegin: () => {
          this.#onBegin(push.ids);
        },
      });
      if ('written' in outcome) next.answer(resultLine(id, outcome));
      else next.answer(errorLine(id, outcome.code, outcome.message, { unsure: outcome.unsure }));
    }
    this.#running = false;
  }
}

function resultLine(id: Id, result: object): Buffer {
  return Buffer.from(encodeLine({ jsonrpc: '2.0', id, result }));
}

import type { HopPush, HopPushed } from '../../protocol/hop.js';
import { isRecord } from '../../protocol/json.js';
import { SOCKET_REFILL_MS } from '../../protocol/limits.js';
import type { TokenBucket } from '../../protocol/token-bucket.js';
import { ShimError, type SessionTransport } from '../mcp/transport.js';

/** What became of a text. `later`: nothing was written. `unsure`: perhaps the client has it. */
export type SocketOutcome =
  { kind: 'written' } | { kind: 'later' } | { kind: 'failed'; unsure: boolean };

/** A shim that does not answer for so long has lost its client or hangs. */
const ANSWER_MS = 10_000;

/**
 * The session's own inbox socket, which only its child, the shim, may write to. The client drops in
 * silence what comes too fast, so texts go one at a time and no faster than it was seen to bear.
 */
export class SocketLane {
  readonly #transport: SessionTransport;
  readonly #bucket: TokenBucket;
  /** By the shim's own count, on a clock that nobody sets. */
  #notBefore = 0;
  #writing = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(transport: SessionTransport, bucket: TokenBucket) {
    this.#transport = transport;
    this.#bucket = bucket;
  }

  /** Whether a text may be written now; if only time is wanting, `then` is called when it has passed. */
  isFree(then: () => void): boolean {
    if (this.#writing || this.#timer !== undefined || this.#ended) return false;
    const now = performance.now();
    const wait = Math.max(this.#bucket.wait(now), this.#notBefore - now);
    if (wait <= 0) return true;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      then();
    }, wait);
    return false;
  }

  async write(push: HopPush): Promise<SocketOutcome> {
    this.#bucket.take(performance.now());
    this.#writing = true;
    try {
      const answer = await this.#transport.ask('cc2cc/push', push, ANSWER_MS);
      const { written, nextMs } = parseAnswer(answer);
      this.#notBefore = performance.now() + (written ? 0 : nextMs);
      return { kind: written ? 'written' : 'later' };
    } catch (error) {
      return { kind: 'failed', unsure: !(error instanceof ShimError) || error.unsure };
    } finally {
      this.#writing = false;
    }
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}

function parseAnswer(answer: unknown): HopPushed {
  if (isRecord(answer) && typeof answer['written'] === 'boolean') {
    const { written, nextMs } = answer;
    return {
      written,
      nextMs: typeof nextMs === 'number' ? Math.max(100, nextMs) : SOCKET_REFILL_MS,
    };
  }
  throw new Error('the shim gave no answer that makes sense');
}

import { SOCKET_BURST, SOCKET_REFILL_MS } from '../../protocol/limits.js';
import { TokenBucket } from '../../protocol/token-bucket.js';

/**
 * What the sockets of clients have been given lately, by process id of the client: it outlives the
 * shim, which `/mcp` can replace at any time.
 */
export class SocketBuckets {
  readonly #byPid = new Map<number, TokenBucket>();

  /** The same for all shims that serve that client in turn. */
  of(pid: number): TokenBucket {
    const now = performance.now();
    for (const [other, bucket] of this.#byPid) if (bucket.isFull(now)) this.#byPid.delete(other);
    const bucket = this.#byPid.get(pid) ?? new TokenBucket(SOCKET_BURST, SOCKET_REFILL_MS, now);
    this.#byPid.set(pid, bucket);
    return bucket;
  }
}

import { keyOf, type Id } from './rpc.js';

/** A request of the client that has no answer yet. */
export interface Pending {
  readonly id: Id;
  readonly method: string;
  /** As it is sent, newline included; every time the same bytes. */
  readonly line: Buffer;
  /** Place in the order of receipt. */
  readonly seq: number;
  /** Since when it has waited for a daemon, on the forwarder's clock. */
  waitingSince: number;
  /** How many daemons have been given it. */
  sends: number;
}

/** The requests without an answer, in order of receipt. */
export class PendingRequests {
  readonly #byKey = new Map<string, Pending>();
  #bytes = 0;

  /** Bytes held; what the bound on waiting lines is measured by. */
  get bytes(): number {
    return this.#bytes;
  }

  has(id: Id): boolean {
    return this.#byKey.has(keyOf(id));
  }

  add(request: Pending): void {
    this.#byKey.set(keyOf(request.id), request);
    this.#bytes += request.line.length;
  }

  /** Removes and returns it. */
  take(id: Id): Pending | undefined {
    const key = keyOf(id);
    const request = this.#byKey.get(key);
    if (request === undefined) return undefined;
    this.#byKey.delete(key);
    this.#bytes -= request.line.length;
    return request;
  }

  /** A list of its own, so that the caller may take while it walks. */
  list(): Pending[] {
    return [...this.#byKey.values()];
  }

  first(): Pending | undefined {
    for (const request of this.#byKey.values()) return request;
    return undefined;
  }
}

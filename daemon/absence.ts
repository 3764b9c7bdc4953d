import { HEARTBEAT_STALE_MS } from '../protocol/limits.js';
import { isThere } from './directory.js';
import type { Office } from './office.js';

/** `/mcp reconnect` takes a second or two on a loaded machine, and is no leaving. */
const GRACE_MS = 5_000;

/** Tells agents that have left from those that only attach again. */
export class Absence {
  readonly #office: Office;
  /** Names that were attached to this daemon. */
  readonly #met = new Set<string>();
  /** By name: since when it has been missed, on a clock that nobody sets. */
  readonly #since = new Map<string, number>();

  constructor(office: Office) {
    this.#office = office;
  }

  attached(name: string): void {
    this.#met.add(name);
    this.#since.delete(name);
  }

  /** Missed for so long that it is no re-attach. Counted from the first time that it is asked for. */
  hasLeft(name: string, now = performance.now()): boolean {
    if (isThere(this.#office, name)) {
      this.#since.delete(name);
      return false;
    }
    const since = this.#since.get(name) ?? now;
    this.#since.set(name, since);
    // Whom we have not met was with the daemon before us; a shim may wait 10 s between two tries.
    return now - since >= (this.#met.has(name) ? GRACE_MS : HEARTBEAT_STALE_MS);
  }

  /** Nobody asks for others than these any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#since.keys()) if (!names.has(name)) this.#since.delete(name);
  }
}

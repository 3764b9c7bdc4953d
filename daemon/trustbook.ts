import type { Trust, TrustDocument } from '../mail/trust.js';
import { readTrust, trustOf } from '../mail/trust.js';
import type { TrustInForce } from '../mail/standing.js';
import type { TrustStatus } from '../protocol/control.js';
import type { Log } from './log.js';
import { PolicyBook } from './watched-file.js';

/**
 * Who may write to whom: trust.json as it was when it was good last. Where a file is there and none
 * that was good is known, nothing new gets through: it may be going to block.
 */
export class Trustbook extends PolicyBook<TrustDocument> {
  #inForce: TrustInForce = 'none';

  constructor(path: string, log: Log, now = (): Date => new Date()) {
    super({ path, read: readTrust, log, now });
    this.look();
  }

  get inForce(): TrustInForce {
    return this.#inForce;
  }

  override look(): boolean {
    const look = this.file.look();
    if (look === 'same') return false;
    const { value, problem } = this.file;
    if (value !== undefined) this.#inForce = trustOf(value);
    else this.#inForce = problem === undefined ? 'none' : 'broken';
    if (look === 'spoilt') this.warn('trust.json');
    else this.log.info({ path: this.path, ...this.status }, 'trust has changed');
    return true;
  }

  get status(): Omit<TrustStatus, 'held'> {
    const lists: Trust = typeof this.#inForce === 'string' ? new Map() : this.#inForce;
    const count = (of: 'allow' | 'block'): number =>
      [...lists.values()].reduce((sum, entry) => sum + entry[of].size, 0);
    return {
      inForce: typeof this.#inForce !== 'string',
      ...this.file.changes,
      allowed: count('allow'),
      blocked: count('block'),
      problem: this.problem ?? null,
    };
  }

  protected override get stays(): string {
    return this.#inForce === 'broken' ? 'all messages are held' : 'the lists before stay';
  }
}

import { stampClock } from '../../../protocol/stamp.js';
import { Forwarder, type Effects } from '../../../shim/forwarder.js';
import type { Json } from './fake-daemon.js';

export const line = (message: Json): Buffer =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));

const parsed = (bytes: Buffer): Json => JSON.parse(bytes.toString()) as Json;

/** A forwarder with a clock of the test's own and both sides' lines on record. */
export class Harness {
  now = 1000;
  readonly forwarder: Forwarder;
  /** What the client was written, in order. */
  readonly client: Json[] = [];
  /** What each daemon was written, in order; the last one is in force. */
  readonly daemons: Json[][] = [];
  /** The same, as bytes. */
  readonly raw: string[] = [];

  constructor() {
    // A clock that stands still in part: stamps must differ all the same.
    let calls = 0;
    this.forwarder = new Forwarder(
      stampClock(() => Math.floor((calls += 1) / 3)),
      () => this.now,
    );
  }

  get daemon(): Json[] {
    return this.daemons.at(-1) ?? [];
  }

  fromClient(message: Json): Effects {
    return this.#record(this.forwarder.fromClient(line(message)));
  }

  fromDaemon(message: Json): Effects {
    return this.#record(this.forwarder.fromDaemon(line(message)));
  }

  attach(tools = 'tools-1'): void {
    this.daemons.push([]);
    const { toDaemon, toClient } = this.forwarder.attach(tools);
    for (const bytes of toClient) this.#record({ toClient: bytes });
    for (const bytes of toDaemon) this.#record({ toDaemon: bytes });
  }

  detach(): void {
    this.forwarder.detach();
  }

  giveUp(cause: unknown, patience?: number): void {
    for (const bytes of this.forwarder.giveUp(cause, patience)) this.#record({ toClient: bytes });
  }

  #record(effects: Effects): Effects {
    if (effects.toClient !== undefined) this.client.push(parsed(effects.toClient));
    if (effects.toDaemon !== undefined) {
      this.daemon.push(parsed(effects.toDaemon));
      this.raw.push(effects.toDaemon.toString());
    }
    return effects;
  }
}

import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { LineDecoder } from '../protocol/framing.js';
import type { Welcome } from '../protocol/hello.js';
import { MAX_FRAME_BYTES } from '../protocol/limits.js';
import type { Effects, Forwarder } from './forwarder.js';
import type { PushQueue } from './push-queue.js';
import type { PushRequest } from './push-request.js';
import { refusal, INVALID_REQUEST } from './rpc.js';
import { Valve } from './valve.js';

/** What waits for a daemon is held in memory; beyond this the client has to wait as well. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

export interface RelayEvents {
  /** A line of the client has come while no daemon is attached. */
  onWaiting: () => void;
  /** From now on the client's lines, and so also its end, are not read; or they are again. */
  onDeaf: (deaf: boolean) => void;
  onRetire: (mode: 'stop' | 'restart') => void;
  /** The client does not speak lines of JSON that fit. */
  onNonsense: () => void;
}

/** Carries lines between the client and the daemon in force, no faster than the slower one reads. */
export class Relay {
  readonly #forwarder: Forwarder;
  readonly #pushes: PushQueue;
  readonly #stdin: Readable;
  readonly #stdout: Writable;
  readonly #events: RelayEvents;
  readonly #intake: Valve<'slow daemon' | 'many waiting'>;
  #socket: Socket | undefined;
  #clientIsSlow = false;

  constructor(
    forwarder: Forwarder,
    pushes: PushQueue,
    stdin: Readable,
    stdout: Writable,
    events: RelayEvents,
  ) {
    this.#forwarder = forwarder;
    this.#pushes = pushes;
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#events = events;
    this.#intake = new Valve(stdin, events.onDeaf);
  }

  /** The connection in force. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  start(): void {
    const decoder = new LineDecoder(MAX_FRAME_BYTES);
    this.#stdin.on('data', (chunk: Buffer) => {
      try {
        for (const line of decoder.push(chunk)) this.#fromClient(line);
      } catch {
        this.#stdout.write(refusal(null, INVALID_REQUEST).toClient);
        this.#events.onNonsense();
      }
    });
    this.#stdout.on('drain', () => {
      this.#clientIsSlow = false;
      this.#socket?.resume();
    });
  }

  attached({ tools }: Welcome, socket: Socket): void {
    this.#socket = socket;
    if (this.#clientIsSlow) socket.pause();
    socket.on('drain', () => {
      this.#intake.set('slow daemon', false);
    });
    const { toDaemon, toClient } = this.#forwarder.attach(tools);
    this.tell(toClient);
    for (const line of toDaemon) this.#apply({ toDaemon: line });
    this.#weigh();
  }

  fromDaemon(line: Buffer): void {
    this.#apply(this.#forwarder.fromDaemon(line));
  }

  lost(): void {
    this.#socket = undefined;
    this.#forwarder.detach();
    this.#pushes.clear();
    this.#intake.set('slow daemon', false);
    this.#weigh();
  }

  /** Answers those who wait with an error; see {@link Forwarder.giveUp}. */
  giveUp(cause: unknown, patience?: number): void {
    this.tell(this.#forwarder.giveUp(cause, patience));
    this.#weigh();
  }

  tell(lines: readonly Buffer[]): void {
    for (const line of lines) this.#apply({ toClient: line });
  }

  #fromClient(line: Buffer): void {
    this.#apply(this.#forwarder.fromClient(line));
    if (this.#forwarder.attached) return;
    this.#weigh();
    this.#events.onWaiting();
  }

  #apply({ toClient, toDaemon, retire, push }: Effects): void {
    if (toClient !== undefined && !this.#stdout.write(toClient)) {
      this.#clientIsSlow = true;
      this.#socket?.pause();
    }
    if (toDaemon !== undefined && this.#socket?.write(toDaemon) === false) {
      this.#intake.set('slow daemon', true);
    }
    if (retire !== undefined) this.#events.onRetire(retire);
    if (push !== undefined) this.#push(push);
  }

  #push(request: PushRequest): void {
    const asking = this.#socket;
    this.#pushes.add(request, (answer) => {
      // The next daemon would take it for an answer to a request of its own, or for nonsense.
      if (this.#socket === asking) this.#apply({ toDaemon: answer });
    });
  }

  #weigh(): void {
    const { attached, bytes } = this.#forwarder;
    this.#intake.set('many waiting', !attached && bytes > MAX_WAITING_BYTES);
  }
}

import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Socket } from 'node:net';
import { encodeLine } from '../../protocol/framing.js';
import { isRecord } from '../../protocol/json.js';
import { within } from '../../protocol/within.js';

/** A session that reads nothing for so long that this much waits for it is given up. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

/** Beyond this, pushes wait for the session to read on. */
const CONGESTED_BYTES = 1024 * 1024;

/** The shim could not do what it was asked. */
export class ShimError extends Error {
  override readonly name = 'ShimError';
  /** Whether it may have been done all the same. */
  readonly unsure: boolean;

  constructor({ message, data }: Record<string, unknown>) {
    super(typeof message === 'string' ? message : 'refused by the shim');
    this.unsure = !(isRecord(data) && data['unsure'] === false);
  }
}

/**
 * The SDK's transport over a shim's connection. It knows three things that the SDK's stdio transport
 * does not: when the peer is gone, when a line has left this process, and that ids of our own
 * requests must differ between daemons, since a re-attached session may still answer the last one's.
 */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** A remark of the shim's own, which is no MCP. */
  onhop?: (method: string, params: Record<string, unknown>) => void;

  #socket: Socket;
  #prefix: string;
  #afterSend = new Map<string | number, (sent: boolean) => void>();
  /** Requests to the shim that it has not answered, by id. */
  #asked = new Map<string, { resolve: (result: unknown) => void; reject: (e: Error) => void }>();
  #lastAsked = 0;

  constructor(socket: Socket, instance: string) {
    this.#socket = socket;
    this.#prefix = `${instance.slice(0, 8)}-`;
  }

  /** Lines arrive through {@link receive}; there is nothing to start. */
  async start(): Promise<void> {
    return Promise.resolve();
  }

  get congested(): boolean {
    return this.#socket.writableLength > CONGESTED_BYTES;
  }

  /** Calls back when the answer to request `id` has left this process, or never will. */
  afterSend(id: string | number, callback: (sent: boolean) => void): void {
    this.#afterSend.set(id, callback);
  }

  /** The answer to `id` will not be sent: its request was cancelled. */
  forget(id: string | number): void {
    this.#settle(id, false);
  }

  receive(line: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(line.toString());
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!isRecord(message) || message['jsonrpc'] !== '2.0') {
      this.onerror?.(new Error('not a JSON-RPC message'));
      return;
    }
    const { method, params } = message;
    if (typeof method === 'string' && method.startsWith('cc2cc/')) {
      this.onhop?.(method, isRecord(params) ? params : {});
      return;
    }
    if (method === undefined) {
      if (this.#answered(message)) return;
      const id = this.#ownId(message['id']);
      if (id === undefined) return; // an answer to a daemon that is no more
      message['id'] = id;
    }
    this.onmessage?.(message as unknown as JSONRPCMessage);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const id = 'id' in message && !('method' in message) ? message.id : undefined;
    try {
      await this.write(this.#marked(message));
      if (id !== undefined) this.#settle(id, true);
    } catch (error) {
      if (id !== undefined) this.#settle(id, false);
      throw error;
    }
  }

  /** Writes a line; resolves when the system has it. */
  write(message: object): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.writableLength > MAX_UNREAD_BYTES) {
        this.#socket.destroy(new Error('the session does not read'));
      }
      this.#socket.write(encodeLine(message), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /**
   * Asks the shim itself something.
   *
   * @param deadlineMs how long the answer may take
   * @throws ShimError with the shim's message; Error when it does not answer or is gone
   */
  async ask(method: `cc2cc/${string}`, params: object, deadlineMs: number): Promise<unknown> {
    this.#lastAsked += 1;
    const id = `${this.#prefix}hop-${this.#lastAsked}`;
    const answer = new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.write({ jsonrpc: '2.0', id, method, params }).catch(reject);
    });
    try {
      return await within(deadlineMs, `an answer to ${method}`, answer);
    } finally {
      this.#asked.delete(id);
    }
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    this.closed();
    return Promise.resolve();
  }

  /** The connection has ended, from whichever side. */
  closed(): void {
    for (const id of [...this.#afterSend.keys()]) this.#settle(id, false);
    for (const { reject } of [...this.#asked.values()]) reject(new Error('the session is gone'));
    this.onclose?.();
  }

  /** Whether a response was one of the shim's own. */
  #answered({ id, result, error }: Record<string, unknown>): boolean {
    const asked = typeof id === 'string' ? this.#asked.get(id) : undefined;
    if (asked === undefined) return false;
    if (error === undefined) asked.resolve(result);
    else asked.reject(new ShimError(isRecord(error) ? error : {}));
    return true;
  }

  #settle(id: string | number, sent: boolean): void {
    const callback = this.#afterSend.get(id);
    this.#afterSend.delete(id);
    callback?.(sent);
  }

  /** Our own requests, and our cancelling of them, bear the instance in their id. */
  #marked(message: JSONRPCMessage): JSONRPCMessage {
    if (!('method' in message)) return message;
    if ('id' in message) return { ...message, id: `${this.#prefix}${message.id}` };
    if (message.method !== 'notifications/cancelled') return message;
    const id = message.params?.['requestId'];
    return { ...message, params: { ...message.params, requestId: `${this.#prefix}${String(id)}` } };
  }

  #ownId(id: unknown): number | undefined {
    if (typeof id !== 'string' || !id.startsWith(this.#prefix)) return undefined;
    const digits = id.slice(this.#prefix.length);
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined; // Number('') would be the first
  }
}

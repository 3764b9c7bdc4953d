import { createConnection, type Socket } from 'node:net';
import { errnoOf } from '../protocol/errors.js';
import { encodeLine } from '../protocol/framing.js';
import type { HopPushed } from '../protocol/hop.js';
import { SOCKET_BURST, SOCKET_REFILL_MS } from '../protocol/limits.js';
import { TokenBucket } from '../protocol/token-bucket.js';

/** JSON-RPC codes, from the range that is left to servers. */
export const NO_SOCKET = -32001;
export const UNWRITTEN = -32002;

/**
 * From dialling to the end of the connection. The client was seen to end it 2 to 58 ms after us, for
 * a line of 900,000 characters as well as for a short one.
 */
const DEADLINE_MS = 2000;

/** Where the session takes messages. Neither of both ever leaves this process. */
export interface SessionAddress {
  /** A Unix socket, or a named pipe on Windows. */
  path: string;
  token?: string;
}

/** A push that failed. */
export interface PushFailure {
  code: typeof NO_SOCKET | typeof UNWRITTEN;
  message: string;
  /** True when the client may have got it all the same. */
  unsure: boolean;
}

export interface PushOptions {
  /** From now on the client may get the text, whatever the outcome says. */
  onBegin: () => void;
  /** Gives up what has not begun; what has begun goes on. */
  signal: AbortSignal;
}

/** The socket on which a Claude Code session takes messages of other programs. */
export class SessionSocket {
  readonly #address: SessionAddress | undefined;
  readonly #now: () => number;
  readonly #dial: (path: string) => Socket;
  /** The client drops what comes too fast, and says nothing. */
  readonly #bucket: TokenBucket;

  /**
   * @param address undefined for a session without a socket
   * @param now milliseconds of a clock that is never set
   */
  constructor(
    address: SessionAddress | undefined,
    now: () => number = () => performance.now(),
    // Not the short form, which takes a path of digits for a port.
    dial: (path: string) => Socket = (path) => createConnection({ path }),
  ) {
    this.#address = address;
    this.#now = now;
    this.#dial = dial;
    this.#bucket = new TokenBucket(SOCKET_BURST, SOCKET_REFILL_MS, now());
  }

  /** Writes one message of other sessions. Not to be called again before it has resolved. */
  async push(content: string, options: PushOptions): Promise<HopPushed | PushFailure> {
    if (this.#address === undefined) {
      return { code: NO_SOCKET, message: 'The session has no socket of its own.', unsure: false };
    }
    const nextMs = this.#bucket.wait(this.#now());
    if (nextMs > 0) return { written: false, nextMs };
    const { path, token } = this.#address;
    let unsure = false;
    const onBegin = (): void => {
      unsure = true;
      // Not sooner: what never met the client does not count there.
      this.#bucket.take(this.#now());
      options.onBegin();
    };
    let failure: string | undefined;
    try {
      const socket = this.#dial(path);
      failure = await say(socket, linesOf(content, token), options.signal, onBegin);
    } catch (error) {
      failure = errnoOf(error) ?? 'unknown error'; // a path that cannot be one
    }
    if (failure === undefined) return { written: true, nextMs: this.#bucket.wait(this.#now()) };
    // The name of the error only: its message holds the path.
    return { code: UNWRITTEN, message: `The session's socket failed: ${failure}.`, unsure };
  }
}

/** What the client tells its children. */
export function sessionAddress(
  env: Readonly<Record<string, string | undefined>>,
): SessionAddress | undefined {
  const path = env['CLAUDE_CODE_MESSAGING_SOCKET'];
  const token = env['CLAUDE_CODE_MESSAGING_TOKEN'];
  return path ? { path, ...(token ? { token } : {}) } : undefined;
}

function linesOf(content: string, token: string | undefined): string {
  const auth = token === undefined ? '' : encodeLine({ type: 'auth', token });
  return auth + encodeLine({ type: 'user', message: { role: 'user', content } });
}

/**
 * Writes all, ends, and waits until the client ends too: it does so when it has read to the end. One
 * that does not end in time but whose system took all the bytes is stopped or busy and will read
 * them, since what a Unix socket holds outlives the connection.
 *
 * @returns the name of the error, if there was one
 */
function say(
  socket: Socket,
  text: string,
  signal: AbortSignal,
  onBegin: () => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined;
    const deadline = setTimeout(() => {
      if (!socket.writableFinished) failure = 'ETIMEDOUT';
      socket.destroy();
    }, DEADLINE_MS);
    const giveUp = (): void => {
      if (socket.connecting) socket.destroy();
    };
    signal.addEventListener('abort', giveUp);
    socket.once('connect', () => {
      onBegin();
      socket.end(text);
    });
    socket.on('error', (error) => {
      failure = errnoOf(error) ?? 'unknown error';
    });
    socket.once('close', () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', giveUp);
      resolve(failure ?? (socket.writableFinished ? undefined : 'ECONNABORTED'));
    });
    socket.resume(); // unread bytes would hide that the client has ended
  });
}

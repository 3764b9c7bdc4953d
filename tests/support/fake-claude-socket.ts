import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { errnoOf } from '../../protocol/errors.js';
import { TokenBucket } from '../../protocol/token-bucket.js';

/** Seen at the client: of 60 texts at once it took 30; afterwards one per 5 s always arrived. */
const BURST = 30;
const REFILL_MS = 5000;

/** Seen at the client: 900,000 characters arrive, 1,048,576 vanish. */
const MAX_CHARS = 1_000_000;

/** For a wait that a test has given up on to say so. */
const PATIENCE_MS = 5000;

export interface FakeClaudeOptions {
  /** Takes nothing from who has not said the token first, as on Windows; else the token may lack. */
  demandsToken?: boolean;
  /** The clock of the burst. */
  now?: () => number;
}

/** One text that came. */
export interface Received {
  content: string;
  /** The token that was said on that connection; undefined for none. */
  token: string | undefined;
}

let count = 0;

/**
 * A stand-in for the socket on which a Claude Code session takes messages: JSON lines, an optional
 * line with the token before them, never an answer. It drops what comes too fast or is too long, in
 * silence, and ends a connection when the other side does.
 */
export class FakeClaudeSocket {
  readonly path: string;
  readonly token = randomBytes(16).toString('hex');
  /** What a session would be given, in order. */
  readonly received: Received[] = [];
  /** What came and was dropped, in order. */
  readonly dropped: string[] = [];
  /** All lines of all connections, as they came. */
  readonly lines: string[] = [];
  /** Connections that were opened. */
  connections = 0;
  /**
   * `drop`: reads all and forgets it. `hang`: reads nothing. `linger`: reads, but does not end the
   * connection. {@link thaw} ends the last two.
   */
  mode: 'take' | 'drop' | 'hang' | 'linger' = 'take';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  readonly #bucket: TokenBucket;
  readonly #options: FakeClaudeOptions;
  readonly #now: () => number;

  private constructor(folder: string, options: FakeClaudeOptions) {
    count += 1;
    const name = `claude-${process.pid}-${count}`;
    this.path =
      process.platform === 'win32' ? `\\\\.\\pipe\\cc2cc-t-${name}` : join(folder, `${name}.sock`);
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#bucket = new TokenBucket(BURST, REFILL_MS, this.#now());
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#serve(socket);
    });
  }

  /**
   * @param folder where the socket is made; of a short path
   * @param defer is given what ends it: `(end) => t.after(end)`, or a sandbox's `defer`
   */
  static async start(
    folder: string,
    defer: (end: () => void) => void,
    options: FakeClaudeOptions = {},
  ): Promise<FakeClaudeSocket> {
    const fake = new FakeClaudeSocket(folder, options);
    fake.#server.listen(fake.path);
    await once(fake.#server, 'listening');
    defer(() => {
      fake.close();
    });
    return fake;
  }

  /** What a session's children find in their environment. */
  get env(): Record<string, string> {
    return {
      CLAUDE_CODE_MESSAGING_SOCKET: this.path,
      CLAUDE_CODE_MESSAGING_TOKEN: this.token,
    };
  }

  /** The contents of {@link received}. */
  get contents(): string[] {
    return this.received.map(({ content }) => content);
  }

  /** Waits until a text has come that fits, also one that came before; `drop` hides none. */
  async content(fits: string | RegExp): Promise<string> {
    const look = (): string | undefined =>
      [...this.contents, ...this.dropped].find((text) =>
        typeof fits === 'string' ? text.includes(fits) : fits.test(text),
      );
    await this.until(() => look() !== undefined, `text with ${String(fits)}`);
    return look() ?? '';
  }

  /** Waits for a state of this stand-in, which is looked at whenever something happens to it. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`No ${what} came to the session's socket within ${PATIENCE_MS} ms.`));
      }, PATIENCE_MS);
      this.#watchers.add(look);
    });
  }

  /** Does what it did not while it hung or lingered. */
  thaw(): void {
    this.mode = 'take';
    for (const socket of this.#sockets) {
      socket.resume();
      if (socket.readableEnded) socket.end();
    }
  }

  /** Ends every connection before it has read what is there, as a client that crashes. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Refuses connections from now on: the socket stays behind, as that of a killed client. */
  refuse(): void {
    const spare = `${this.path}.spare`;
    linkSync(this.path, spare); // closing the server removes the name that it was made under
    this.#server.close();
    linkSync(spare, this.path);
    rmSync(spare);
  }

  /** Removes the socket under the client's feet; open connections stay. */
  vanish(): void {
    rmSync(this.path, { force: true });
  }

  close(): void {
    this.#server.close();
    this.vanish();
    this.reset();
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    let text = '';
    let token: string | undefined;
    const take = (line: string): void => {
      if (line === '') return;
      token = this.#take(line, token);
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    socket.on('end', () => {
      take(text); // the client takes a last line without a newline
      if (this.mode !== 'linger') socket.end();
    });
    socket.on('error', (error) => {
      if (!['EPIPE', 'ECONNRESET'].includes(errnoOf(error) ?? '')) throw error;
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#tell();
    });
    if (this.mode === 'hang') socket.pause();
    this.#tell();
  }

  /** @returns the token that holds for the lines that follow */
  #take(line: string, token: string | undefined): string | undefined {
    this.lines.push(line);
    const message = parse(line);
    if (message?.type === 'auth') return message.token;
    const content = message?.message?.content;
    if (content !== undefined) this.#offer(content, token);
    this.#tell();
    return token;
  }

  #offer(content: string, token: string | undefined): void {
    const known = this.#options.demandsToken !== true || token === this.token;
    const wanted = this.mode !== 'drop' && known && content.length <= MAX_CHARS;
    if (wanted && this.#bucket.take(this.#now())) this.received.push({ content, token });
    else this.dropped.push(content);
  }

  #tell(): void {
    for (const look of this.#watchers) look();
  }
}

interface Line {
  type?: string;
  token?: string;
  message?: { content?: string };
}

function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined; // the client drops nonsense in silence
  }
}

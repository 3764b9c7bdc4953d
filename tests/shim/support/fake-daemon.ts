import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ErrorReport } from '../../../protocol/errors.js';
import { encodeLine, LineDecoder } from '../../../protocol/framing.js';
import type { Hello } from '../../../protocol/hello.js';
import { MAX_FRAME_BYTES } from '../../../protocol/limits.js';
import { proofOf } from '../../../protocol/token.js';
import type { Home } from './home.js';
import { Queue } from './queue.js';

export type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

export interface FakeOptions {
  /** Digest of the tools in the welcome. */
  tools?: string;
  /** A daemon that does not know the token. */
  stranger?: boolean;
  /** Refuses every hello with this. */
  refusal?: ErrorReport;
  /** Takes the hello and says nothing. */
  hung?: boolean;
}

/** One connection of a shim. */
export class Peer {
  /** What came after the hello, parsed; ends with the connection. */
  readonly lines = new Queue<Json>();
  readonly closed: Promise<void>;

  constructor(
    readonly hello: Hello,
    readonly socket: Socket,
  ) {
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.lines.end();
        resolve();
      });
    });
  }

  send(message: Json): void {
    this.socket.write(encodeLine({ jsonrpc: '2.0', ...message }));
  }

  /** The next request of that method, after whatever comes before it. */
  async request(method: string): Promise<Json> {
    const found = await this.lines.find((line) => line['method'] === method);
    if (found === undefined) throw new Error(`the connection ended before ${method} came`);
    return found;
  }
}

let count = 0;

/** Says hello as a daemon does; all else is the test's business. */
export class FakeDaemon {
  readonly peers = new Queue<Peer>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(
    readonly home: Home,
    readonly path: string,
    readonly options: FakeOptions,
  ) {
    this.#server = createServer((socket) => {
      this.#serve(socket);
    });
  }

  static async start(t: TestContext, home: Home, options: FakeOptions = {}): Promise<FakeDaemon> {
    count += 1;
    const name = `${process.pid}-${count}`;
    const path =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\cc2cc-t-${name}`
        : join(home.dir, `${name}.sock`);
    const daemon = new FakeDaemon(home, path, options);
    daemon.#server.listen(path);
    await once(daemon.#server, 'listening');
    t.after(() => {
      daemon.kill();
    });
    const rendezvous = {
      protocol: 1,
      version: '0.0.0',
      instance: name,
      pid: process.pid,
      socket: path,
      root: home.root,
      started: new Date().toISOString(),
    };
    writeFileSync(home.paths.rendezvous, JSON.stringify(rendezvous));
    return daemon;
  }

  async peer(): Promise<Peer> {
    const peer = await this.peers.next();
    if (peer === undefined) throw new Error('no connection came');
    return peer;
  }

  /** Dies as with SIGKILL: the rendezvous file stays. */
  kill(): void {
    this.#server.close();
    rmSync(this.path, { force: true });
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}); // a shim that ends resets what it has not read
    const decoder = new LineDecoder(MAX_FRAME_BYTES);
    let peer: Peer | undefined;
    socket.on('data', (chunk: Buffer) => {
      for (const line of decoder.push(chunk)) {
        const message = JSON.parse(line.toString()) as Json;
        if (peer === undefined) peer = this.#welcome(message as unknown as Hello, socket);
        else peer.lines.push(message);
      }
    });
  }

  #welcome(hello: Hello, socket: Socket): Peer {
    const { stranger, refusal, hung, tools = 'tools-1' } = this.options;
    const token = stranger === true ? 'f'.repeat(64) : this.home.token;
    const proof = proofOf(token, 'daemon', hello.nonce, hello.time);
    const peer = new Peer(hello, socket);
    if (refusal !== undefined) socket.end(encodeLine({ cc2cc: 'refused', error: refusal }));
    else if (hung !== true) {
      const { pid } = process;
      const about = { protocol: 1, version: '0.0.0', instance: 'fake', pid, proof, tools };
      socket.write(encodeLine({ cc2cc: 'welcome', ...about }));
    }
    this.peers.push(peer);
    return peer;
  }
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { encodeLine, LineDecoder } from '../../../protocol/framing.js';
import { makeHello, type Hello, type SessionFacts } from '../../../protocol/hello.js';
import type { HostPaths } from '../../../protocol/host-paths.js';
import { readRendezvous } from '../../../protocol/rendezvous.js';
import { readToken } from '../../../protocol/token.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import type { Sandbox } from '../../support/sandbox.js';

type Json = Record<string, unknown>;

/** Longer than the daemon waits for a hello. */
const CLOSED_MS = 15_000;

/** A connection without any of our manners: it can send anything and need not read. */
export class RawConnection {
  /** Lines that the daemon has sent. */
  readonly lines: Json[] = [];
  readonly socket: Socket;
  readonly #decoder = new LineDecoder(64 * 1024 * 1024);
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const line of this.#decoder.push(chunk)) {
        this.lines.push(JSON.parse(line.toString()) as Json);
      }
    });
    socket.on('error', () => undefined); // EPIPE, when the daemon has hung up on us
    socket.on('close', () => (this.#closed = true));
  }

  static async open(sandbox: Sandbox): Promise<RawConnection> {
    const found = readRendezvous(pathsOf(sandbox).rendezvous);
    assert.ok(found, 'a daemon runs');
    const socket = connect(found.socket);
    sandbox.defer(() => socket.destroy());
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(value: string | Buffer | object): void {
    const plain = typeof value === 'string' || Buffer.isBuffer(value);
    this.socket.write(plain ? value : encodeLine(value));
  }

  /** A line that fits, once it has come. */
  line(fits: (line: Json) => boolean, what: string): Promise<Json> {
    return until(() => this.lines.find(fits), what);
  }

  /** Waits until the daemon has hung up; returns the code of the refusal that it sent, if any. */
  async refusal(
    timeoutMs = CLOSED_MS,
  ): Promise<{ code?: string; message?: string; hint?: string }> {
    await until(() => this.#closed, 'end of the connection', timeoutMs);
    const refused = this.lines.find((line) => line['cc2cc'] === 'refused');
    return refused?.['error'] ?? {};
  }

  /** Says hello; fails when the daemon does not welcome it. */
  async greet(hello: Hello): Promise<void> {
    this.send(hello);
    const welcome = await this.line((line) => 'cc2cc' in line, 'answer to the hello');
    assert.equal(welcome['cc2cc'], 'welcome', JSON.stringify(welcome));
  }

  /** Attaches as a session and does the handshake of MCP, up to where pushes may come. */
  async becomeSession(sandbox: Sandbox, name: string): Promise<void> {
    await this.greet(goodHello(sandbox, sessionFacts(name)));
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name, version: '1' },
    };
    this.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    await this.line(({ id }) => id === 1, 'answer to initialize');
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    this.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    const answered = new Set<unknown>();
    await until(() => {
      for (const { method, id } of this.lines) {
        if (method !== 'ping' || answered.has(id)) continue;
        answered.add(id);
        this.send({ jsonrpc: '2.0', id, result: {} });
      }
      return this.lines.some(({ method }) => method === 'notifications/claude/channel');
    }, `first push to ${name}`);
  }
}

export function sessionFacts(name: string): SessionFacts {
  const attachKey = randomBytes(16).toString('hex');
  const { pid, ppid } = process;
  return {
    attachKey,
    pid,
    ppid,
    cwd: '/',
    wantedName: name,
    messaging: false,
    channels: [],
    lanes: 'channel',
  };
}

const paths = new WeakMap<Sandbox, HostPaths>();

/** Asking for them costs a process, and these tests ask often. */
function pathsOf(sandbox: Sandbox): HostPaths {
  const known = paths.get(sandbox) ?? sandbox.hostPaths();
  paths.set(sandbox, known);
  return known;
}

/** The token of the sandbox's daemon. */
export function tokenOf(sandbox: Sandbox): string {
  const token = readToken(pathsOf(sandbox).token);
  assert.ok(token, 'the daemon has made a token');
  return token;
}

export function goodHello(sandbox: Sandbox, session?: SessionFacts): Hello {
  return makeHello(tokenOf(sandbox), session);
}

/** Two sessions that go on talking whatever others do to the daemon. */
export interface Pair {
  ann: Agent;
  ben: Agent;
  /** One message each way; fails when one does not arrive soon. */
  exchange: (word: string) => Promise<void>;
}

export async function attachPair(sandbox: Sandbox): Promise<Pair> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const tell = async (from: Agent, to: Agent, word: string): Promise<void> => {
    const text = `${word} from ${from.name}`;
    const { isError, text: answer } = await from.call('send', { to: to.name, text });
    assert.equal(isError, false, answer);
    await to.waitForMessage(text);
  };
  const exchange = async (word: string): Promise<void> => {
    await Promise.all([tell(ann, ben, word), tell(ben, ann, word)]);
  };
  await exchange('good day');
  return { ann, ben, exchange };
}

/** Resident memory of a process in MiB; undefined where the system does not say. */
export function residentMiB(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

import type { Socket } from 'node:net';
import { dialDaemon } from '../protocol/dial.js';
import { encodeLine } from '../protocol/framing.js';
import type { HostPaths } from '../protocol/host-paths.js';
import { isRecord } from '../protocol/json.js';
import { sessionFacts } from '../tests/integration/connections/support.js';

const PUSH = 'notifications/claude/channel';

/** A thousand that attach at once are served one after the other. */
const AWAKE_MS = 120_000;

/**
 * A session without a process of its own: to the daemon it is one like any other, and a thousand of
 * them fit into the process that measures.
 */
export class LightSession {
  readonly name: string;
  readonly #listeners = new Set<(line: Buffer) => void>();
  readonly #answers = new Map<number, (line: Buffer) => void>();
  #socket: Socket | undefined;
  #nextId = 1;

  private constructor(name: string) {
    this.name = name;
  }

  /** Attaches and does the handshake of MCP. Pushes may come from then on. */
  static async attach(paths: HostPaths, name: string, lanes = 'channel'): Promise<LightSession> {
    const session = new LightSession(name);
    const facts = { ...sessionFacts(name), lanes, presence: 'off', transcript: 'off' };
    await dialDaemon(paths, facts, {
      onWelcome: (_welcome, socket) => (session.#socket = socket),
      onLine: (line) => {
        session.#take(line);
      },
      onClose: () => undefined,
    });
    const clientInfo = { name: 'bench', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    await session.request('initialize', params);
    session.#send({ method: 'notifications/initialized' });
    await session.request('tools/list', {});
    return session;
  }

  /** Every line of the daemon as bytes. */
  onLine(listener: (line: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** When the next push with `mark` in it comes, by `performance.now()`. */
  pushWith(mark: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const stop = this.onLine((line) => {
        const now = performance.now();
        if (!line.includes(PUSH) || !line.includes(mark)) return;
        clearTimeout(deadline);
        stop();
        resolve(now);
      });
      const deadline = setTimeout(() => {
        stop();
        reject(new Error(`No push with "${mark}" for ${this.name} within ${AWAKE_MS} ms.`));
      }, AWAKE_MS);
    });
  }

  request(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (line) => {
        const answer: unknown = JSON.parse(line.toString());
        if (isRecord(answer) && isRecord(answer['result'])) resolve(answer['result']);
        else reject(new Error(`${method}: ${line.toString()}`));
      });
      this.#send({ id, method, params });
    });
  }

  /** @returns the text of the result */
  async call(tool: string, args: object): Promise<string> {
    const result = await this.request('tools/call', { name: tool, arguments: args });
    const text = JSON.stringify(result);
    if (isRecord(result) && result['isError'] === true) throw new Error(`${tool}: ${text}`);
    return text;
  }

  /** Hangs up, as a session that ends. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.destroy();
    await closed;
  }

  #take(line: Buffer): void {
    for (const listener of this.#listeners) listener(line);
    if (line.includes(PUSH)) return; // many of them: not parsed
    const message: unknown = JSON.parse(line.toString());
    if (!isRecord(message)) return;
    const { id, method } = message;
    if (method === 'ping') this.#send({ id, result: {} });
    if (method !== undefined || typeof id !== 'number') return;
    this.#answers.get(id)?.(line);
    this.#answers.delete(id);
  }

  #send(message: object): void {
    this.#socket?.write(encodeLine({ jsonrpc: '2.0', ...message }));
  }
}

/** So many sessions, attached one after the other: `light-0`, `light-1`, … */
export async function attachMany(
  paths: HostPaths,
  count: number,
  { lanes, prefix = 'light' }: { lanes?: string; prefix?: string } = {},
): Promise<LightSession[]> {
  const sessions: LightSession[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    sessions.push(await LightSession.attach(paths, `${prefix}-${nth}`, lanes));
  }
  return sessions;
}

import { encodeLine } from '../protocol/framing.js';
import { isRecord } from '../protocol/json.js';
import { LineChild, type StartOptions } from './line-child.js';
import { handled, Journal } from './journal.js';

type Json = Record<string, unknown>;

export interface Notification {
  method: string;
  params: Json;
}
/** What `notifications/claude/channel` carries. */
export interface ChannelPush {
  content: string;
  meta: Record<string, string>;
}
export interface ToolResult {
  text: string;
  isError: boolean;
  result: Json;
}
interface Pending {
  settle: (answer: Json) => void;
  fail: (why: string) => void;
}

export const CHANNEL_METHOD = 'notifications/claude/channel';
const WAIT_MS = 5_000;
/** A call may have to start a daemon first. */
const REQUEST_MS = 20_000;

/** A JSON-RPC error that the server answered. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    message: string,
    readonly code: unknown,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/**
 * An MCP client over a child's stdin and stdout, without the SDK, that does what Claude Code does
 * and records what comes: for the proof of an installation, the tests and the bench.
 */
export class McpClient extends LineChild {
  static start(options: StartOptions): McpClient {
    return new McpClient(options);
  }

  /** Requests of the server, in order. Each is answered with `{}` while `answering`. */
  readonly serverRequests: { id: unknown; method: string }[] = [];
  answering = true;
  /** Answers that nobody waited for: doubles, late ones, and lines that are no JSON. */
  readonly stray: unknown[] = [];

  readonly #pending = new Map<unknown, Pending>();
  readonly #notifications = new Journal<Notification>();
  readonly #channel = new Journal<ChannelPush>();
  #nextId = 1;

  get notifications(): readonly Notification[] {
    return this.#notifications.all;
  }

  get channel(): readonly ChannelPush[] {
    return this.#channel.all;
  }

  /** Handshake and tool list, as Claude Code does at its start. */
  async initialize(
    options: { clientInfo?: Json; timeoutMs?: number } = {},
  ): Promise<{ server: Json; tools: Json[] }> {
    const { clientInfo = { name: 'claude-code', version: '2.1.329' }, ...limits } = options;
    const capabilities = { roots: {}, elicitation: {} };
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
    const server = await this.request('initialize', params, limits);
    this.notify('notifications/initialized');
    const { tools } = await this.request('tools/list', {}, limits);
    return { server, tools: Array.isArray(tools) ? tools.filter(isRecord) : [] };
  }

  /** @throws RpcError for an error answer; Error when the child ends or is silent */
  request(method: string, params: Json = {}, options: { timeoutMs?: number } = {}): Promise<Json> {
    const { timeoutMs = REQUEST_MS } = options;
    const id = this.#nextId++;
    const answered = new Promise<Json>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(deadline);
        this.#pending.delete(id);
      };
      const fail = (why: string): void => {
        done();
        reject(new Error(`No answer to ${method} (id ${id}): ${why}. ${this.#lastSeen()}`));
      };
      const settle = (answer: Json): void => {
        done();
        if (isRecord(answer['result'])) resolve(answer['result']);
        else reject(rpcError(method, answer['error']));
      };
      const deadline = setTimeout(() => {
        fail(`not within ${timeoutMs} ms`);
      }, timeoutMs);
      this.#pending.set(id, { settle, fail });
      if (this.ended === undefined) this.#send({ id, method, params });
      else fail(this.ended);
    });
    return handled(answered);
  }

  notify(method: string, params: Json = {}): void {
    this.#send({ method, params });
  }

  async call(tool: string, args: Json = {}, options?: { timeoutMs?: number }): Promise<ToolResult> {
    const result = await this.request('tools/call', { name: tool, arguments: args }, options);
    const parts = Array.isArray(result['content']) ? result['content'].filter(isRecord) : [];
    const texts = parts.map((part) => part['text']).filter((text) => typeof text === 'string');
    return { text: texts.join('\n'), isError: result['isError'] === true, result };
  }

  onNotification(listener: (notification: Notification) => void): () => void {
    return this.#notifications.on(listener);
  }

  waitFor(
    predicate: (notification: Notification) => boolean,
    what: string,
    timeoutMs = WAIT_MS,
  ): Promise<Notification> {
    return this.#notifications.waitFor(predicate, what, timeoutMs);
  }

  /** @param wanted a part of the content, or a test */
  waitForMessage(
    wanted: string | ((push: ChannelPush) => boolean),
    timeoutMs = WAIT_MS,
  ): Promise<ChannelPush> {
    if (typeof wanted !== 'string') {
      return this.#channel.waitFor(wanted, 'such channel message', timeoutMs);
    }
    const what = `channel message with "${wanted}"`;
    return this.#channel.waitFor(({ content }) => content.includes(wanted), what, timeoutMs);
  }

  protected override takeLine(line: string): void {
    const message = parsed(line);
    if (message === undefined) this.stray.push(line);
    else if (typeof message['method'] !== 'string') this.#takeAnswer(message);
    else if ('id' in message) this.#takeRequest(message['id'], message['method']);
    else this.#takeNotification(message['method'], message['params']);
  }

  protected override takeEnd(why: string): void {
    for (const pending of [...this.#pending.values()]) pending.fail(why);
    this.#notifications.end(why);
    this.#channel.end(why);
  }

  #send(message: Json): void {
    this.sendLine(encodeLine({ jsonrpc: '2.0', ...message }).trimEnd());
  }

  #takeAnswer(answer: Json): void {
    const pending = this.#pending.get(answer['id']);
    if (pending === undefined) this.stray.push(answer);
    else pending.settle(answer);
  }

  #takeRequest(id: unknown, method: string): void {
    this.serverRequests.push({ id, method });
    if (this.answering) this.#send({ id, result: {} });
  }

  #takeNotification(method: string, given: unknown): void {
    const params = isRecord(given) ? given : {};
    if (method === CHANNEL_METHOD) {
      const content = typeof params['content'] === 'string' ? params['content'] : '';
      const meta = isRecord(params['meta']) ? (params['meta'] as Record<string, string>) : {};
      this.#channel.record({ content, meta });
    }
    this.#notifications.record({ method, params });
  }

  #lastSeen(): string {
    const line = this.lines.at(-1)?.slice(0, 300) ?? 'nothing';
    const stderr = this.stderr.trim().slice(-500);
    return `The last line was: ${line}${stderr === '' ? '' : `; on stderr: ${stderr}`}`;
  }
}

/** The ids of the messages that a push holds: one, or several in a coalesced push. */
export function idsOf({ meta }: ChannelPush): string[] {
  const ids = meta['msg_ids'] ?? meta['msg_id'] ?? '';
  return ids
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

function rpcError(method: string, error: unknown): RpcError {
  const { message, code, data } = isRecord(error) ? error : {};
  const text = typeof message === 'string' ? message : 'an answer with neither result nor error';
  return new RpcError(`${method}: ${text}`, code, data);
}

function parsed(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // recorded as stray: a server's stdout is for MCP only
  }
}

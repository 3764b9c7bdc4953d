import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookEvent, HookReport } from '../../protocol/control.js';
import { ControlConnection } from '../../protocol/control-connection.js';
import type { HostPaths } from '../../protocol/host-paths.js';
import { attachAgent, startShim, type Agent, type AgentOptions } from './agents.js';
import { until } from './events.js';
import { FakeClaudeSocket } from './fake-claude-socket.js';
import type { Sandbox } from './sandbox.js';

/** A session of Claude Code as the daemon sees it: its socket, its files and its hooks. */
export class FakeClaude {
  readonly socket: FakeClaudeSocket;
  readonly #sandbox: Sandbox;
  readonly #dir: string;
  #paths: HostPaths | undefined;
  sessionId: string = randomUUID();

  private constructor(sandbox: Sandbox, socket: FakeClaudeSocket) {
    this.#sandbox = sandbox;
    this.socket = socket;
    this.#dir = join(sandbox.home, '.claude');
  }

  static async start(sandbox: Sandbox): Promise<FakeClaude> {
    const defer = (end: () => void): void => {
      sandbox.defer(end);
    };
    return new FakeClaude(sandbox, await FakeClaudeSocket.start(sandbox.dir, defer));
  }

  /** Its session of ours, started as plain `claude` does; it can be pushed to. */
  async attach(options: AgentOptions = {}): Promise<ReturnType<typeof startShim>> {
    const client = startShim(this.#sandbox, this.#options(options));
    await client.initialize();
    const pings = (): number =>
      client.serverRequests.filter(({ method }) => method === 'ping').length;
    await until(() => pings() === 2, 'pings of the daemon');
    await client.request('ping'); // the daemon has the answers to both
    return client;
  }

  /** The same, after a first tool call. */
  attachAgent(options: AgentOptions = {}): Promise<Agent> {
    return attachAgent(this.#sandbox, this.#options(options));
  }

  #options(options: AgentOptions): AgentOptions {
    return {
      lanes: '',
      sessionId: this.sessionId,
      ...options,
      env: { ...this.socket.env, ...options.env },
    };
  }

  /** What the client's own session file says. The shim's parent is the test. */
  state(status: 'idle' | 'busy'): void {
    const folder = join(this.#dir, 'sessions');
    mkdirSync(folder, { recursive: true });
    const state = { pid: process.pid, sessionId: this.sessionId, status };
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(state));
  }

  /** The transcript exists once the first turn has begun. */
  writes(line: object): void {
    const slug = this.#sandbox.work.replaceAll(/[^A-Za-z0-9]/g, '-');
    const folder = join(this.#dir, 'projects', slug);
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${this.sessionId}.jsonl`), `${JSON.stringify(line)}\n`);
  }

  /** A text has come and waits for its turn. */
  enqueues(content: string): void {
    this.writes({ type: 'queue-operation', operation: 'enqueue', content });
  }

  /** A text becomes the prompt of a turn. */
  prompts(text: string): void {
    const content = `Another Claude session sent a message:\n${text}\n\nThis came from another Claude session.`;
    this.writes({ type: 'user', message: { role: 'user', content }, isMeta: true });
  }

  /** A text is put into the running turn. */
  absorbs(text: string): void {
    this.writes({ type: 'attachment', attachment: { type: 'queued_command', prompt: text } });
  }

  /** A hook reports, and hands over what it is given. */
  async hook(event: HookEvent, more: Partial<HookReport> = {}): Promise<string | null> {
    const connection = await this.hookConnection();
    try {
      const { text, receipt } = await connection.call('hook', this.report(event, more));
      if (receipt !== null) await connection.call('hook_shown', { receipt });
      return text;
    } finally {
      connection.close();
    }
  }

  hookConnection(): Promise<ControlConnection> {
    this.#paths ??= this.#sandbox.hostPaths();
    return ControlConnection.open(this.#paths);
  }

  report(event: HookEvent, more: Partial<HookReport> = {}): HookReport {
    return { event, sessionId: this.sessionId, ...more };
  }
}

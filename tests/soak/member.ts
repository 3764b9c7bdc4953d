import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history/history.js';
import { sightsInLine } from '../history/shown-in.js';
import type { McpClient } from '../../scripts/mcp-client.js';
import { recordAgent, type RecordedAgent } from '../history/record-agent.js';
import { attachAgent, type AgentOptions } from '../support/agents.js';
import type { Sandbox } from '../support/sandbox.js';

/** A daemon that is killed again and again while a session attaches is not given up at once. */
const TRIES = 5;

/** One agent of the soak, which comes and goes. */
export class Member {
  readonly key: string;
  /** Ids of messages that it was shown, the last ones. */
  readonly mail: string[] = [];
  /** Somebody ends or begins its session at this moment. */
  isChanging = false;
  isHere = false;
  #agent: RecordedAgent | undefined;
  readonly #names: readonly [string, string];
  readonly #options: AgentOptions;
  readonly #sandbox: Sandbox;
  readonly #history: History;

  constructor(sandbox: Sandbox, history: History, number: number) {
    this.#sandbox = sandbox;
    this.#history = history;
    const two = String(number).padStart(2, '0');
    this.key = `m${two}`;
    this.#names = [`fox-${two}`, `owl-${two}`];
    // Every third one has nothing that could wake it.
    const lanes = number % 3 === 2 ? 'tool' : 'channel';
    this.#options = { lanes, sessionId: randomUUID() };
  }

  /** Its name, or the one that it had last. */
  get name(): string {
    return this.#agent?.name ?? this.#names[0];
  }

  /** The name that it does not bear. */
  get otherName(): string {
    return this.#names[this.name === this.#names[0] ? 1 : 0];
  }

  /** @throws Error before its first session */
  get agent(): RecordedAgent {
    if (this.#agent === undefined) throw new Error(`${this.key} was never attached.`);
    return this.#agent;
  }

  async attach(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      let started: McpClient | undefined;
      const onStarted = (client: McpClient): void => {
        started = client;
      };
      try {
        const options = { ...this.#options, name: this.name, onStarted };
        const client = await attachAgent(this.#sandbox, options);
        if (this.#agent === undefined) {
          this.#agent = recordAgent(this.#history, this.key, client);
        } else this.#agent.attached(client);
        this.isHere = true;
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        this.#history.note({ kind: 'note', text: `${this.key} cannot attach: ${String(error)}` });
        if (started !== undefined) await this.#giveUp(started);
        await sleep(200);
      }
    }
  }

  /** A session that did not come about may have been shown messages all the same. */
  async #giveUp(client: McpClient): Promise<void> {
    this.#history.note({ kind: 'named', agent: this.key, name: this.name });
    this.#history.killed('shim', client.pid, this.key);
    await client.kill('SIGKILL');
    for (const line of client.lines) {
      for (const sight of sightsInLine(line)) {
        this.#history.shown({ agent: this.key, session: 0, ...sight });
      }
    }
  }

  /** Ends its session; `killed`: as the system does it. */
  async leave(how: 'closed' | 'killed'): Promise<void> {
    this.isHere = false;
    if (how === 'killed') await this.agent.kill();
    else await this.agent.close();
  }
}

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { heartbeatPath } from '../../protocol/heartbeat.js';
import { LineChild } from '../../scripts/line-child.js';
import { until } from './events.js';
import type { OriginalDraft, OriginalMessage } from './original/mailbox.js';
import type { Extras, Sandbox } from './sandbox.js';

const PROGRAM = fileURLToPath(new URL('original/program.js', import.meta.url));

const WAIT_MS = 10_000;

/** A line that the program has said. */
interface Line {
  event?: 'ready' | 'message' | 'expired';
  n?: number;
  id?: string;
  names?: string[];
  error?: string;
  message?: OriginalMessage;
}

/** An agent of the original cc2cc, as a process of its own; see original/program.ts. */
export class OriginalAgent extends LineChild {
  readonly name: string;
  readonly #root: string;
  #calls = 0;

  private constructor(sandbox: Sandbox, name: string, extras: Extras) {
    super({
      command: process.execPath,
      args: [PROGRAM, name],
      // Not our own pid: the sessions of the test have the same parent.
      env: sandbox.envWith({
        ORIGINAL_POLL_MS: '100',
        ORIGINAL_BEAT_MS: '500',
        ORIGINAL_PPID: '1',
        ...ownSettings(sandbox),
        ...extras,
      }),
    });
    this.name = name;
    this.#root = sandbox.root;
  }

  /** Starts one that has done its cleaning up and is online. */
  static async start(sandbox: Sandbox, name: string, extras: Extras = {}): Promise<OriginalAgent> {
    const agent = new OriginalAgent(sandbox, name, extras);
    sandbox.defer(async () => {
      if (agent.ended === undefined) await agent.kill('SIGKILL');
    });
    await agent.waitForLine('"event":"ready"', WAIT_MS);
    return agent;
  }

  /** What it has consumed, in order. */
  get messages(): OriginalMessage[] {
    return this.lines.flatMap((line) => (JSON.parse(line) as Line).message ?? []);
  }

  /** The message that it consumes, or has consumed, with such a text. */
  waitForText(part: string): Promise<OriginalMessage> {
    return until(
      () => this.messages.find(({ content }) => content.text.includes(part)),
      `message with "${part}" at ${this.name}`,
      WAIT_MS,
    );
  }

  /** @returns the id; @throws Error when it refuses */
  async send(to: string, text: string, more: Partial<OriginalDraft> = {}): Promise<string> {
    return idOf(await this.#call({ do: 'send', to, text, ...more }));
  }

  async reply(id: string, text: string): Promise<string> {
    return idOf(await this.#call({ do: 'reply', id, text }));
  }

  /** Writes a message without giving it its name; whether the recipient is online does not matter. */
  async begin(to: string, text: string, more: Partial<OriginalDraft> = {}): Promise<string> {
    return idOf(await this.#call({ do: 'begin', to, text, ...more }));
  }

  /** Gives it its name. */
  async finish(id: string): Promise<void> {
    await this.#call({ do: 'finish', id });
  }

  /** Into a mailbox of the older form, `<from>-to-<to>`. */
  async sendLegacy(to: string, text: string): Promise<string> {
    const id = await this.begin(to, text, { legacy: true });
    await this.finish(id);
    return id;
  }

  /** Who is online by the heartbeats. */
  async online(): Promise<string[]> {
    return (await this.#call({ do: 'online' })).names ?? [];
  }

  /** Ends in order, or without it; both leave a heartbeat that says offline. */
  async leave(how: 'quit' | 'crash' = 'quit'): Promise<void> {
    this.sendLine(JSON.stringify({ n: 0, do: how }));
    await this.exited;
  }

  /** Is killed, 16 s ago as far as its last heartbeat tells. */
  async die(): Promise<void> {
    await this.kill('SIGKILL');
    const path = heartbeatPath(this.#root, this.name);
    const beat = JSON.parse(readFileSync(path, 'utf8')) as object;
    const timestamp = new Date(Date.now() - 16_000).toISOString();
    writeFileSync(path, JSON.stringify({ ...beat, timestamp, heartbeat: timestamp }));
  }

  async #call(command: object): Promise<Line> {
    this.#calls += 1;
    const n = this.#calls;
    this.sendLine(JSON.stringify({ n, ...command }));
    const line = JSON.parse(await this.waitForLine(`{"n":${n},`, WAIT_MS)) as Line;
    if (line.error !== undefined) throw new Error(line.error);
    return line;
  }
}

/** What the sandbox says of all of them. */
function ownSettings({ env }: Sandbox): Extras {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('ORIGINAL_')));
}

function idOf({ id = '' }: Line): string {
  return id;
}

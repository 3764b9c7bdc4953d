import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { heartbeatNames, readHeartbeat } from '../../../protocol/heartbeat.js';
import { until } from '../../support/events.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';
import { useTool, type ServerName } from './answer.js';
import type { Model } from './model.js';
import type { ToolOutcome } from './request.js';
import { isBusy, inputOf } from './screen.js';
import { Terminal } from './terminal.js';

export interface SessionOptions {
  /** More arguments, such as `--continue`. */
  args?: readonly string[];
  /** More variables; `undefined` takes one away, such as `CC2CC_NAME`. */
  env?: Extras;
  /** Settings for this session only, such as hooks. */
  settings?: object;
  /** It has our server by the plugin, and not as a registered one. */
  plugin?: boolean;
}

/** What a session is made of; the world knows it. */
export interface SessionParts {
  sandbox: Sandbox;
  model: Model;
  bin: string;
  env: Readonly<Record<string, string>>;
  cwd: string;
  args: readonly string[];
  /** What the client calls our server. */
  server: ServerName;
}

/** A client needs a second for its start on an idle machine, and for its end. */
const START_MS = 60_000;
const TURN_MS = 30_000;
const END_MS = 20_000;
const DEBUG_LINES = 20;
const DEBUG_CHARACTERS = 300;
/** What `hooks module` says of the built-in plugins is noise. */
const TELLING = /MCP|ERROR|hook(?!s module)/i;
/** Nothing else that can be seen says that the client has the tools of a server at hand. */
const connectedTo = (server: ServerName): string =>
  `MCP server "${server}": Successfully connected`;

let sessions = 0;
let calls = 0;

/** An interactive session of the real client in a terminal of its own. */
export class ClaudeSession {
  /** The name under which the daemon knows it; set when it is ready. */
  agent = '';
  pid = 0;
  readonly #debugLog: string;
  #connections = 0;

  private constructor(
    readonly terminal: Terminal,
    readonly model: Model,
    readonly sandbox: Sandbox,
    debugLog: string,
    readonly server: ServerName,
  ) {
    this.#debugLog = debugLog;
  }

  static start({ sandbox, model, bin, env, cwd, args, server }: SessionParts): ClaudeSession {
    sessions += 1;
    const folder = join(sandbox.dir, `t${sessions}`); // short: see TerminalOptions
    mkdirSync(folder, { mode: 0o700 });
    const debugLog = join(folder, 'debug.txt');
    const command = [bin, '--debug-file', debugLog, ...args];
    const terminal = Terminal.start({ folder, cwd, env, command });
    sandbox.defer(() => terminal.end());
    return new ClaudeSession(terminal, model, sandbox, debugLog, server);
  }

  /**
   * Waits for the prompt, and until the client has connected the shim and the shim the session. Again
   * after a reconnect: then for one more connection.
   */
  async ready(): Promise<void> {
    this.pid = await this.terminal.programPid();
    await this.terminal.shows((s) => inputOf(s) !== undefined, 'prompt', START_MS);
    this.agent = await until(() => this.#agentNow(), 'agent for the session', START_MS);
    await until(() => this.connections() > this.#connections, 'connection of the client', START_MS);
    this.#connections = this.connections();
  }

  /** How often the client has connected one of our servers. */
  connections(server = this.server): number {
    return this.#debugText().split(connectedTo(server)).length - 1;
  }

  /** Types a prompt or a command and sends it off. The client may be busy: then it is queued. */
  async type(text: string): Promise<void> {
    await this.terminal.type(text);
    // A return that comes in one go with the text would be taken for a part of what is pasted.
    const tail = bare(text).slice(-30);
    const shown = (screen: string): boolean => bare(inputOf(screen) ?? '').endsWith(tail);
    await this.terminal.shows(shown, `"${text}" in the input`, TURN_MS);
    await this.terminal.keys('Enter');
  }

  /** Has the model call one of our tools in a turn of its own, and gives what it was answered. */
  async call(tool: string, input: Record<string, unknown> = {}): Promise<ToolOutcome> {
    calls += 1;
    const prompt = `please make call ${calls}.`;
    const use = useTool(tool, input, this.server);
    this.model.when(new RegExp(`^please make call ${calls}\\.$`, 'm'), use);
    await this.type(prompt);
    const outcomeOf = (results: ToolOutcome[]): ToolOutcome | undefined =>
      results.find(({ id }) => id === use.id);
    const turn = await this.model.until(
      ({ results }) => outcomeOf(results) !== undefined,
      `result of ${tool}`,
      TURN_MS,
    );
    await this.idle();
    return outcomeOf(turn.results) ?? { id: use.id, text: '', isError: true };
  }

  /** Waits for the end of the turn. */
  async idle(): Promise<void> {
    await this.terminal.shows((screen) => !isBusy(screen), 'end of the turn', TURN_MS);
  }

  keys(...names: string[]): Promise<void> {
    return this.terminal.keys(...names);
  }

  /** The screen that matches, now or when it comes. */
  shows(pattern: RegExp, timeoutMs = TURN_MS): Promise<string> {
    return this.terminal.shows((screen) => pattern.test(screen), String(pattern), timeoutMs);
  }

  /** Ends it as a user does. */
  async exit(): Promise<void> {
    await this.type('/exit');
    await this.#gone();
  }

  /** A signal for the client, which must end of it. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    process.kill(this.pid, signal); // ours: the terminal has just told its pid, and still lives
    await this.#gone();
  }

  /** For the message of a test that failed. */
  async describe(): Promise<string> {
    const screen = await this.terminal.screen().catch(String);
    const log = this.#debugText()
      .split('\n')
      .filter((line) => TELLING.test(line));
    const state = this.terminal.ended ?? 'running';
    return [
      `--- session ${this.model.session} (agent ${this.agent || '?'}, pid ${this.pid}, ${state})`,
      screen.trimEnd(),
      '--- its debug log, the last of MCP, hooks and errors',
      ...log.slice(-DEBUG_LINES).map((line) => line.slice(0, DEBUG_CHARACTERS)),
    ].join('\n');
  }

  async #gone(): Promise<void> {
    const deadline = AbortSignal.timeout(END_MS);
    const late = new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () => {
        reject(new Error(`The client did not end within ${END_MS} ms.`));
      });
    });
    await Promise.race([this.terminal.exited, late]);
  }

  #agentNow(): string | undefined {
    if (this.terminal.ended !== undefined) throw new Error(this.terminal.ended);
    const { root } = this.sandbox;
    return heartbeatNames(root).find((name) => {
      const heartbeat = readHeartbeat(root, name);
      return heartbeat?.status === 'active' && heartbeat.parent_pid === String(this.pid);
    });
  }

  #debugText(): string {
    try {
      return readFileSync(this.#debugLog, 'utf8');
    } catch {
      return ''; // not written yet
    }
  }
}

/** Without blanks: the input wraps where it likes. */
function bare(text: string): string {
  return text.replaceAll(/\s/g, '');
}

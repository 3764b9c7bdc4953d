import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../../protocol/errors.js';
import { LineChild } from '../../../scripts/line-child.js';
import type { McpClient } from '../../../scripts/mcp-client.js';
import { faultEnv, readCalls, type Call, type Fault } from '../../faults/fault.js';
import { History } from '../../history/history.js';
import { recordAgent, type RecordedAgent } from '../../history/record-agent.js';
import { recordCommand } from '../../history/record-command.js';
import { nameOf, startShim, type Agent, type AgentOptions } from '../../support/agents.js';
import { cli, type CliResult } from '../../support/cli.js';
import { DAEMON, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

/** The program that is killed, as tests/faults/program.ts calls it. */
export type Victim = 'daemon' | 'daemon-command' | 'shim' | 'command';

/** Where in the life of the victim it is killed. */
export interface Point {
  at: number;
  do: 'kill' | 'torn';
  after: boolean;
  /** For people: `before link …/inbox/msg-….json`. */
  words: string;
}

/** A machine that starts takes seconds where several others start as well. */
const START_MS = 60_000;

/** Nothing that follows an answer comes later than this: receipts wait for 20 ms. */
const QUIET_MS = 100;
const STEP_MS = 20;
const SETTLED_MS = 3_000;

/** What a sweep does not count: the log, into which each line is written as a whole or not at all. */
const SKIP = String.raw`\.(?:log|err)$`;

export interface DaemonOptions {
  victim?: boolean;
  /** Of another build. */
  program?: string;
}

/** One root from its making to its check, in which something of ours is killed at one point. */
export class World {
  readonly history = new History();
  readonly sandbox: Sandbox;
  readonly #victim: Victim;
  readonly #fault: Fault;
  #spared = false;

  /** @param point none: the calls are counted and nothing is killed */
  constructor(victim: Victim, point: Point | undefined, settings: Record<string, string> = {}) {
    // Regular duties that nothing waits for come at their own time: their calls would be noise.
    const quiet = { CC2CC_ROUND_MS: '10000', CC2CC_PRESENCE: 'off' };
    this.sandbox = makeSandbox({ ...quiet, ...settings });
    const { dir } = this.sandbox;
    this.#victim = victim;
    this.#fault = {
      only: victim,
      calls: 'changes',
      skip: SKIP,
      log: join(dir, 'calls'),
      arm: join(dir, 'arm'),
      once: join(dir, 'once'),
      ...(point && { at: point.at, do: point.do, after: point.after }),
    };
  }

  get root(): string {
    return this.sandbox.root;
  }

  /** Variables that make a program the victim, or let it start one. */
  get fault(): Record<string, string> {
    return faultEnv(this.#fault);
  }

  /** From here on the calls of the victim count. */
  arm(): void {
    writeFileSync(this.#fault.arm ?? '', '');
  }

  /** Whether the victim has met its end. */
  get struck(): boolean {
    return !this.#spared && existsSync(this.#fault.once ?? '');
  }

  /**
   * Waits until the victim has met its end or does nothing more. From then on it is spared: on a machine
   * that stands still meanwhile it would else die while it is looked at whether all is well again.
   */
  async settled(): Promise<void> {
    const since = Date.now();
    let [count, at] = [this.calls().length, since];
    while (!this.struck && Date.now() - at < QUIET_MS && Date.now() - since < SETTLED_MS) {
      await sleep(STEP_MS);
      const now = this.calls().length;
      if (now !== count) [count, at] = [now, Date.now()];
    }
    this.#spare();
  }

  #spare(): void {
    try {
      writeFileSync(this.#fault.once ?? '', '', { flag: 'wx' });
      this.#spared = true;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error; // struck
    }
  }

  calls(): Call[] {
    return readCalls(this.#fault.log ?? '');
  }

  /** A daemon, ready; it is the victim, if that is a daemon, unless told. */
  async daemon(options: DaemonOptions = {}): Promise<LineChild> {
    const daemon = this.startDaemon(options);
    await until(
      () => daemon.ended !== undefined || daemon.lines.some((line) => line.includes('ready, pid')),
      'daemon that is ready',
      START_MS,
    );
    return daemon;
  }

  /** The same without waiting until it is ready. */
  startDaemon({ victim = true, program = DAEMON }: DaemonOptions = {}): LineChild {
    const fault = victim && this.#victim === 'daemon' ? this.fault : {};
    const env = this.sandbox.envWith(fault);
    const daemon = new LineChild({ command: process.execPath, args: [program, 'run'], env });
    if (daemon.pid !== undefined) {
      this.history.note({ kind: 'started', what: 'daemon', pid: daemon.pid });
    }
    void daemon.exited.then(({ signal }) => {
      if (signal === 'SIGKILL') this.history.killed('daemon', daemon.pid);
    });
    this.sandbox.defer(async () => {
      if (daemon.ended === undefined) await daemon.kill('SIGTERM');
    });
    return daemon;
  }

  /** Runs `cc2cc-daemon …` to its end, as the victim, or such that a daemon that it starts is it. */
  daemonCommand(args: readonly string[], victim = false): Promise<CliResult> {
    const env = victim ? this.fault : {};
    return cli(this.sandbox, args, { program: DAEMON, env });
  }

  /** A session; whatever it needs is started. Its shim is the victim where `victim` says so. */
  async session(
    name: string,
    { victim = false, ...options }: AgentOptions & { victim?: boolean } = {},
  ): Promise<RecordedAgent> {
    const env = { ...(victim ? this.fault : {}), ...options.env };
    const sessionId = options.sessionId ?? randomUUID();
    const client = startShim(this.sandbox, { name, ...options, env, sessionId });
    const agent = await identified(client, sessionId);
    const recorded = recordAgent(this.history, name, agent);
    void agent.exited.then(({ signal }) => {
      if (signal === 'SIGKILL') this.history.killed('shim', agent.pid, name);
    });
    return recorded;
  }

  /** A command of ours, to its end. What it sends and shows is recorded. */
  command(agent: string, args: readonly string[], victim = false): Promise<CliResult> {
    const env = victim ? this.fault : {};
    return recordCommand(this.history, this.sandbox, agent, args, { env });
  }

  /** One that neither sends nor shows messages. */
  async plain(args: readonly string[], victim = false): Promise<CliResult> {
    const result = await cli(this.sandbox, args, { env: victim ? this.fault : {} });
    if (result.code === null) this.history.killed('command');
    return result;
  }

  /** Takes all that waits for a session. */
  async drain(agent: RecordedAgent): Promise<void> {
    for (let calls = 0; calls < 20; calls += 1) {
      const { text, isError } = await agent.call('check_inbox');
      if (isError) throw new Error(text);
      if (text.includes('No messages wait')) return;
    }
    throw new Error(`${agent.name} has still mail after twenty calls of check_inbox`);
  }

  daemons(): number[] {
    return daemonPids(this.sandbox);
  }
}

/** A client whose server does not answer as it should ends it. */
async function identified(client: McpClient, sessionId: string): Promise<Agent> {
  try {
    await client.initialize();
    return Object.assign(client, { name: await nameOf(client), sessionId });
  } catch (error) {
    if (client.ended === undefined) await client.close();
    throw error;
  }
}

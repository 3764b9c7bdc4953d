import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineChild } from '../../../scripts/line-child.js';
import { faultEnv, readCalls, type Call, type Fault } from '../../faults/fault.js';
import { History } from '../../history/history.js';
import { recordAgent, type RecordedAgent } from '../../history/record-agent.js';
import { attachAgent, type AgentOptions } from '../../support/agents.js';
import { DAEMON } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { linesIn } from '../../support/lines.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

/** Which program meets the faults, as tests/faults/program.ts calls it. */
export type Victim = 'daemon' | 'shim' | 'command' | 'daemon-command';

const START_MS = 30_000;

/**
 * A root in which one program, while it runs, meets one fault after another: a fault ends nothing, so
 * many points need one daemon only.
 */
export class FaultStage {
  readonly history = new History();
  readonly sandbox: Sandbox;
  readonly victim: Victim;
  readonly #steer: string;
  #faults = 0;
  #struck = '';
  #daemon: LineChild | undefined;

  constructor(victim: Victim, settings: Record<string, string> = {}) {
    // Regular duties that nothing waits for come at their own time: their calls would be noise.
    const quiet = { CC2CC_ROUND_MS: '10000', CC2CC_PRESENCE: 'off', CC2CC_TRANSCRIPT: 'off' };
    this.sandbox = makeSandbox({ ...quiet, ...settings });
    this.victim = victim;
    this.#steer = join(this.sandbox.dir, 'steer');
  }

  get root(): string {
    return this.sandbox.root;
  }

  /** Variables that make a program the victim. */
  get env(): Record<string, string> {
    return faultEnv({ only: this.victim, steer: this.#steer });
  }

  /** From here on the victim meets this fault. */
  begin(fault: Omit<Fault, 'once'>): void {
    this.#faults += 1;
    this.#struck = join(this.sandbox.dir, `struck-${this.#faults}`);
    const draft = `${this.#steer}.new`;
    writeFileSync(draft, JSON.stringify({ ...fault, once: this.#struck }));
    renameSync(draft, this.#steer);
  }

  /** The fault is gone. */
  end(): void {
    rmSync(this.#steer, { force: true });
  }

  /** Where calls are noted, for who asks for it. */
  get log(): string {
    return join(this.sandbox.dir, 'calls');
  }

  calls(): Call[] {
    return readCalls(this.log);
  }

  /** Whether there was a call of that number. */
  get struck(): boolean {
    return existsSync(this.#struck);
  }

  /** Waits for that call where nothing else tells of it; not for long, as it need not come. */
  async untilStruck(): Promise<void> {
    await until(() => this.struck, 'the point', 1_000).catch(() => undefined);
  }

  get daemon(): LineChild {
    if (this.#daemon === undefined) throw new Error('No daemon was started.');
    return this.#daemon;
  }

  /** A daemon of ours, ready. */
  async startDaemon(): Promise<LineChild> {
    const daemon = this.spawnDaemon();
    await until(
      () => daemon.ended !== undefined || daemon.lines.some((line) => line.includes('ready, pid')),
      'daemon that is ready',
      START_MS,
    );
    if (daemon.ended !== undefined) throw new Error(`No daemon: ${daemon.stderr}`);
    return daemon;
  }

  /** One that may fail to start. */
  spawnDaemon(): LineChild {
    const env = this.sandbox.envWith(this.victim === 'daemon' ? this.env : {});
    const daemon = new LineChild({ command: process.execPath, args: [DAEMON, 'run'], env });
    this.#daemon = daemon;
    this.sandbox.defer(async () => {
      if (daemon.ended === undefined) await daemon.kill('SIGTERM');
    });
    return daemon;
  }

  async session(
    key: string,
    options: AgentOptions & { victim?: boolean } = {},
  ): Promise<RecordedAgent> {
    const { victim = false, ...rest } = options;
    const env = { ...(victim ? this.env : {}), ...rest.env };
    const agent = await attachAgent(this.sandbox, { name: key, ...rest, env });
    return recordAgent(this.history, key, agent);
  }

  /** Takes all that waits for a session. */
  async drain(agent: RecordedAgent): Promise<void> {
    for (let calls = 0; calls < 40; calls += 1) {
      const { text, isError } = await agent.call('check_inbox');
      if (isError) throw new Error(`check_inbox: ${text}`);
      if (text.includes('No messages wait')) return;
    }
    throw new Error(`${agent.name} has still mail after forty calls of check_inbox`);
  }

  /** Lines of the daemon's log. */
  logLines(): string[] {
    return linesIn(this.sandbox.hostPaths().log);
  }
}

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { rootPaths } from '../../../protocol/paths.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { cli, type CliResult } from '../../support/cli.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';

export interface Scene {
  sandbox: Sandbox;
  /** With tool results only. */
  ann: Agent;
  /** On the channel. */
  ben: Agent;
  /** `cc2cc …` as a person runs it. */
  person: (...args: string[]) => Promise<CliResult>;
}

/** Two agents, under settings that every program in the sandbox has. */
export async function scene(t: TestContext, extras: Extras = {}): Promise<Scene> {
  const sandbox = makeSandbox(extras);
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  return { sandbox, ann, ben, person: (...args) => cli(sandbox, args) };
}

export const HOLD = { CC2CC_NEW_SENDERS: 'hold' };

/** Writes trust.json under a running daemon and waits until it has been looked at. */
export async function putTrust(sandbox: Sandbox, content: unknown): Promise<void> {
  const seen = async (): Promise<string> => {
    const { trust, health } = await statusOf(sandbox);
    return JSON.stringify([trust?.changes, trust?.problem, health.problems]);
  };
  const before = await seen();
  const staged = join(sandbox.dir, 'trust.json');
  writeFileSync(staged, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(staged, rootPaths(sandbox.root).trust);
  await until(async () => (await seen()) !== before, 'trust.json looked at');
}

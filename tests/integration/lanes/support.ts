import type { TestContext } from 'node:test';
import { reportMessage } from '../../../mail/message-report.js';
import { attachAgent, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { FakeClaude } from '../../support/fake-claude.js';
import type { Extras, Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';

export interface Scene {
  sandbox: Sandbox;
  claude: FakeClaude;
  /** Who sends; it has tool results only. */
  ann: Agent;
  /** A session of `claude`. */
  ben: Awaited<ReturnType<FakeClaude['attach']>>;
}

/**
 * @param extras variables for everything
 * @param env variables for the session of Claude Code
 */
export async function makeScene(t: TestContext, extras: Extras, env: Extras): Promise<Scene> {
  const sandbox = sandboxFor(t, extras);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const claude = await FakeClaude.start(sandbox);
  const ben = await claude.attach({ name: 'ben', env });
  return { sandbox, claude, ann, ben };
}

export function sendToBen(ann: Agent, text: string): ReturnType<Agent['call']> {
  return ann.call('send', { to: 'ben', text });
}

/** Waits until a message counts as seen, for that reason. */
export function isSeen(sandbox: Sandbox, id: string, evidence: string): Promise<unknown> {
  const holds = (): boolean => reportMessage(sandbox.root, id).evidence === evidence;
  return until(holds, `${id} seen by ${evidence}`);
}

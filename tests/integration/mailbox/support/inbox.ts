import type { TestContext } from 'node:test';
import { isRecord } from '../../../../protocol/json.js';
import { idsOf, type McpClient, type ToolResult } from '../../../../scripts/mcp-client.js';
import { until } from '../../../support/events.js';
import {
  attachAgent,
  awake,
  startShim,
  type Agent,
  type AgentOptions,
} from '../../../support/agents.js';
import { sandboxFor, type Sandbox } from '../../../support/sandbox.js';

export { sandboxFor };

/**
 * A session that has done its handshake and is pushed to, without a tool call: on the result of one
 * that comes before the channel is open, waiting mail would ride.
 */
export async function attachSilently(sandbox: Sandbox, options: AgentOptions): Promise<McpClient> {
  const client = startShim(sandbox, options);
  await client.initialize();
  await client.waitForMessage('You are "');
  return client;
}

/** Two agents in a sandbox: ann, who has tool results only, and ben on the lanes that are told. */
export async function annAndBen(
  t: TestContext,
  lanes: string,
): Promise<{ sandbox: Sandbox; ann: Agent; ben: Agent }> {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes });
  if (lanes === 'channel') await awake(ben);
  return { sandbox, ann, ben };
}

/** The id that a sender is told; empty when there is none. */
export function idOf({ text }: { text: string }): string {
  return /msg-[\w-]+/.exec(text)?.[0] ?? '';
}

/** Ids of the messages that a tool result holds in full. */
export function idsIn({ result }: Pick<ToolResult, 'result'>): string[] {
  const meta = isRecord(result['_meta']) ? result['_meta'] : {};
  const ids = meta['cc2cc/ids'];
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** Those of them that the session was told it may have had before. */
export function repeatedIn({ text }: Pick<ToolResult, 'text'>): string[] {
  return [...text.matchAll(/^\[(msg-[\w-]+)\] from .*, possibly repeated$/gm)].map(
    ([, id = '']) => id,
  );
}

/** Everything that was pushed, in order. */
export function pushedIds(agent: McpClient): string[] {
  return agent.channel.flatMap(idsOf);
}

/** What check_inbox gives until nothing waits: ids that are new to the session, in order. */
export async function drainInbox(agent: McpClient): Promise<string[]> {
  const fresh: string[] = [];
  for (;;) {
    const result = await agent.call('check_inbox');
    if (result.text.includes('No messages wait')) return fresh;
    const repeated = new Set(repeatedIn(result));
    fresh.push(...idsIn(result).filter((id) => !repeated.has(id)));
  }
}

/** Reads and reads until so many messages have come, by push or by check_inbox; all their ids. */
export async function receiveAll(
  agent: McpClient,
  count: number,
  timeoutMs = 20_000,
): Promise<string[]> {
  const read: string[] = [];
  await until(
    async () => {
      read.push(...(await drainInbox(agent)));
      return pushedIds(agent).length + read.length >= count;
    },
    `${count} messages`,
    timeoutMs,
  );
  return [...pushedIds(agent), ...read];
}

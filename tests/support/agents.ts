import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { McpClient } from '../../scripts/mcp-client.js';
import type { Extras, Sandbox } from './sandbox.js';

export const SHIM = fileURLToPath(new URL('../../bin/cc2cc-shim.cjs', import.meta.url));

/** What starts the shim within the client's plugin. */
export const LAUNCHER = fileURLToPath(new URL('../../../plugin/launch.cjs', import.meta.url));

export interface AgentOptions {
  /** The name it wishes; it may be granted a variant. */
  name?: string;
  /** CC2CC_LANES; `channel` unless told, since a test has no client with a launch flag. */
  lanes?: string;
  sessionId?: string;
  env?: Extras;
  cwd?: string;
  /** Flags of its shim. */
  args?: readonly string[];
  /** Of another build. */
  shim?: string;
  /** Is shown the client before its handshake, which may come to nothing. */
  onStarted?: (client: McpClient) => void;
}

/** A session: its client with the name that it was granted. */
export type Agent = McpClient & { name: string; sessionId: string };

/** Starts a shim with the environment that a live Claude Code session gives it; no handshake yet. */
export function startShim(sandbox: Sandbox, options: AgentOptions = {}): McpClient {
  const {
    name,
    lanes = 'channel',
    sessionId = randomUUID(),
    cwd = sandbox.work,
    args = [],
    shim = SHIM,
  } = options;
  const env = sandbox.envWith({
    CLAUDECODE: '1',
    CLAUDE_CODE_ENTRYPOINT: 'cli',
    CLAUDE_CODE_SESSION_ID: sessionId,
    CLAUDE_PROJECT_DIR: cwd,
    CC2CC_LANES: lanes,
    CC2CC_NAME: name,
    ...options.env,
  });
  const client = McpClient.start({ command: process.execPath, args: [shim, ...args], env, cwd });
  sandbox.defer(() => endShim(client));
  options.onStarted?.(client);
  return client;
}

/** A session that has done its handshake and knows its name. Its daemon is started on demand. */
export async function attachAgent(sandbox: Sandbox, options: AgentOptions = {}): Promise<Agent> {
  const sessionId = options.sessionId ?? randomUUID();
  const client = startShim(sandbox, { ...options, sessionId });
  await client.initialize();
  return Object.assign(client, { name: await nameOf(client), sessionId });
}

/** Waits until pushes arrive: the first one, `You are …`, comes after the barrier. */
export async function awake(agent: McpClient, timeoutMs?: number): Promise<void> {
  await agent.waitForMessage('You are "', timeoutMs);
}

export async function nameOf(client: McpClient): Promise<string> {
  const { text } = await client.call('whoami');
  const name = /You are "([^"]+)"/.exec(text)?.[1];
  if (name === undefined) throw new Error(`whoami does not say who it is: ${text}`);
  return name;
}

async function endShim(client: McpClient): Promise<void> {
  if (client.ended !== undefined) return;
  await client.close(); // a shim that outlives its stdin is an error, in every test
}

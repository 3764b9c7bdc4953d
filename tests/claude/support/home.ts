import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHIM } from '../../support/agents.js';
import type { Sandbox } from '../../support/sandbox.js';

/** The key of {@link clientEnvironment}; a client asks about one that was not approved. */
const KEY = 'dummy';

/** A home in which the client asks nothing at its start and knows cc2cc, as after `claude mcp add`. */
export function seedHome(sandbox: Sandbox): void {
  const settings = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [KEY], rejected: [] },
    projects: { [sandbox.work]: { hasTrustDialogAccepted: true } }, // and all folders in it
    mcpServers: { cc2cc: { type: 'stdio', command: process.execPath, args: [SHIM] } },
  };
  writeFileSync(join(sandbox.home, '.claude.json'), JSON.stringify(settings));
}

/** All variables of a client; its MCP servers and hooks inherit them. */
export function clientEnvironment(
  sandbox: Sandbox,
  url: string,
  offline: boolean,
  extras: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return sandbox.envWith({
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: url,
    // Where it could reach something it should not try; offline it shall behave as for users.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: offline ? undefined : '1',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    ...extras,
  });
}

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Claude Code's own files. */
export interface ClaudePlaces {
  /** `CLAUDE_CONFIG_DIR`, else `~/.claude`. */
  folder: string;
  /** Hooks and permissions of the user. */
  settings: string;
  /** MCP servers of the user, among much else; the client writes it all the time. */
  state: string;
}

export function claudePlaces(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ClaudePlaces {
  const given = env['CLAUDE_CONFIG_DIR'];
  const folder = given ? resolve(given) : join(homedir(), '.claude');
  return {
    folder,
    settings: join(folder, 'settings.json'),
    state: given ? join(folder, '.claude.json') : join(homedir(), '.claude.json'),
  };
}

import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SessionFacts } from '../protocol/hello.js';
import { OF_PLUGIN } from '../protocol/of-plugin.js';
import { channelsOf } from './channels.js';

type Env = Readonly<Record<string, string | undefined>>;

// A daemon refuses a hello with longer facts, and a session without a daemon is worse off than one
// with a fact cut short.
/** PATH_MAX of Linux. */
const MAX_PATH_CHARS = 4096;
/** Names, ids and switches; a valid one is much shorter. */
const MAX_WORD_CHARS = 200;
const MAX_PRESENCE_CHARS = 20;

/**
 * What the daemon should know of the session that this process serves. Secrets stay here: of the
 * session's inbox socket only whether there is one, of the parent's command line only the channels.
 */
export async function gatherFacts(
  env: Env = process.env,
  args: readonly string[] = process.argv.slice(2),
): Promise<SessionFacts> {
  const { pid, ppid } = process;
  const cwd = workingFolder(env);
  return {
    attachKey: randomBytes(16).toString('hex'),
    pid,
    ppid,
    cwd: cut(cwd, MAX_PATH_CHARS),
    ...fact('projectDir', env['CLAUDE_PROJECT_DIR'], MAX_PATH_CHARS),
    ...fact('sessionId', env['CLAUDE_CODE_SESSION_ID']),
    ...fact('wantedName', env['CC2CC_NAME'] || env['SELF']),
    ...fact('entrypoint', env['CLAUDE_CODE_ENTRYPOINT']),
    messaging: Boolean(env['CLAUDE_CODE_MESSAGING_SOCKET']),
    channels: await channelsOf(ppid),
    ...fact('lanes', env['CC2CC_LANES']),
    ...fact('claudeDir', claudeFolder(env, cwd), MAX_PATH_CHARS),
    ...fact('transcript', env['CC2CC_TRANSCRIPT']),
    ...fact('presence', env['CC2CC_PRESENCE'], MAX_PRESENCE_CHARS),
    ...(args.includes(OF_PLUGIN) ? { plugin: true } : {}),
  };
}

function fact<K extends keyof SessionFacts>(
  key: K,
  value: string | undefined,
  max = MAX_WORD_CHARS,
): Partial<Record<K, string>> {
  // An empty variable is how settings files say "not set".
  return value ? ({ [key]: cut(value, max) } as Record<K, string>) : {};
}

function cut(value: string, max: number): string {
  return value.slice(0, max);
}

/** Where Claude Code keeps its own files; another client has none there that is of this session. */
function claudeFolder(env: Env, cwd: string): string | undefined {
  if (!env['CLAUDECODE'] && !env['CLAUDE_CODE_ENTRYPOINT']) return undefined;
  const given = env['CLAUDE_CONFIG_DIR'];
  try {
    return given ? resolve(cwd, given) : join(homedir(), '.claude');
  } catch {
    return undefined; // a user without a home folder
  }
}

/** A folder that was removed under a running session has no path any more. */
function workingFolder(env: Env): string {
  try {
    return process.cwd();
  } catch {
    return env['PWD'] || '/';
  }
}

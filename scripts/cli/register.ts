import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errnoOf } from '../../protocol/errors.js';
import { quote } from '../quote.js';

const run = promisify(execFile);

/** The client takes a second or two for each of these. */
const CLAUDE_MS = 60_000;

export type Registered = 'registered' | 'kept' | 'failed';

/** What registers the shim with Claude Code, for a shell. */
export function registerLine(shim: string): string {
  return `claude mcp add --scope user cc2cc -- ${quote(process.execPath)} ${quote(shim)}`;
}

/**
 * Registers the shim with Claude Code for all projects of this user, unless a server of that name is
 * there: that stays as it is.
 */
export async function register(shim: string): Promise<{ done: Registered; note?: string }> {
  const there = await claude('mcp', 'get', 'cc2cc');
  if (there.kind === 'missing') {
    return {
      done: 'failed',
      note: `there is no command claude; where there is: ${registerLine(shim)}`,
    };
  }
  if (there.kind === 'ok') {
    if (there.output.includes(shim)) return { done: 'kept', note: 'it was registered already' };
    return {
      done: 'failed',
      note: 'another server is registered as cc2cc; to replace it: claude mcp remove cc2cc, then this again',
    };
  }
  const added = await claude(
    'mcp',
    'add',
    '--scope',
    'user',
    'cc2cc',
    '--',
    process.execPath,
    shim,
  );
  if (added.kind === 'ok')
    return { done: 'registered', note: 'for sessions that start from now on' };
  return { done: 'failed', note: added.kind === 'failed' ? added.output : 'claude is gone' };
}

type Outcome = { kind: 'ok' | 'failed'; output: string } | { kind: 'missing' };

async function claude(...args: string[]): Promise<Outcome> {
  try {
    const { stdout } = await run('claude', args, { timeout: CLAUDE_MS });
    return { kind: 'ok', output: stdout };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'missing' };
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    return { kind: 'failed', output: `${stderr}${stdout}`.trim().split('\n')[0] ?? '' };
  }
}

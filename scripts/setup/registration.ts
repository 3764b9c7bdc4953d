import { Cc2ccError } from '../../protocol/errors.js';
import { findClient } from '../claude/client.js';
import { claudePlaces } from '../claude/places.js';
import { readPlugins } from '../claude/plugin.js';
import { register, registerLine } from '../claude/register.js';
import {
  readRegistrations,
  SERVER_NAME,
  shownServer,
  type Registration,
} from '../claude/registration.js';
import type { StepResult } from './step.js';

export interface RegisterOptions {
  node: string;
  /** Asked for in so many words: then it is a failure where there is no Claude Code. */
  asked: boolean;
  /** Also what belongs to another installation, or is another server of our name. */
  replace: boolean;
}

/**
 * Registers the server with Claude Code, unless it is; nothing of others is overwritten.
 *
 * @throws Cc2ccError with what stands in the way
 */
export async function registerServer(options: RegisterOptions): Promise<StepResult> {
  const { node, asked, replace } = options;
  const plugin = readPlugins().find(({ enabled }) => enabled);
  if (plugin !== undefined) return { done: 'skipped', note: `the plugin ${plugin.id} does it` };
  const { state } = claudePlaces();
  const { found, problems } = readRegistrations();
  const problem = problems.find((text) => text.startsWith(state));
  if (problem !== undefined) {
    throw new Cc2ccError('E_UNSAFE', problem, {
      hint: 'It is the file of Claude Code: start claude, which may mend it, then this again.',
    });
  }
  const there = found.filter(({ scope }) => scope === 'user');
  const own = there.find(({ whose, missing }) => whose === 'this' && missing.length === 0);
  if (own !== undefined)
    return { done: 'kept', note: `it was registered already${inProjects(found)}` };
  const standing = there.find(({ name }) => name === SERVER_NAME);
  if (standing !== undefined && !replace) assertDead(standing);
  const client = findClient();
  if (client === undefined) {
    const note = `there is no command claude; where there is: ${registerLine(node)}`;
    return { done: asked ? 'failed' : 'skipped', note };
  }
  const lost = await register(client, node, standing);
  const without = lost.length === 0 ? '' : `, without its variable ${lost.join(', ')}`;
  const instead = standing === undefined ? '' : ` instead of ${shownServer(standing)}${without}`;
  const note = `for sessions that start from now on${instead}${inProjects(found)}`;
  return { done: standing === undefined ? 'registered' : 'replaced', note };
}

/** An entry of ours whose files are gone is of no use to anybody. */
function assertDead(standing: Registration): void {
  if (standing.whose !== 'foreign' && standing.missing.length > 0) return;
  const what =
    standing.whose === 'foreign'
      ? `another server is registered as ${SERVER_NAME}: ${shownServer(standing)}`
      : `another installation is registered: ${shownServer(standing)}`;
  throw new Cc2ccError('E_UNSAFE', `${what}.`, { hint: 'To replace it: cc2cc init --replace' });
}

/** What the file of a project says comes before what is said for the user. */
function inProjects(found: readonly Registration[]): string {
  const others = found.filter(({ scope, whose }) => scope !== 'user' && whose !== 'this');
  const [first] = others.filter(({ name }) => name === SERVER_NAME);
  if (first === undefined) return '';
  return `; but in ${first.project} it is ${shownServer(first)}`;
}

import { existsSync } from 'node:fs';
import { Cc2ccError } from '../../protocol/errors.js';
import { SHIM } from '../installed.js';
import { quote } from '../quote.js';
import { assertDone } from './client-errors.js';
import { runClient } from './client.js';
import { claudePlaces } from './places.js';
import { readRegistrations, SERVER_NAME, type Registration } from './registration.js';
import { backupOf, keepBackup } from './settings-file.js';

/** What registers the shim with Claude Code, for a shell. */
export function registerLine(node: string = process.execPath, shim: string = SHIM): string {
  return `claude mcp add --scope user ${SERVER_NAME} -- ${quote(node)} ${quote(shim)}`;
}

/** What takes a registration away again, for a shell in its project's folder. */
export function unregisterLine({ scope, name }: Pick<Registration, 'scope' | 'name'>): string {
  return `claude mcp remove --scope ${scope} ${quote(name)}`;
}

/**
 * Registers the shim for all projects of this user. Claude Code's own file is changed by its own
 * program, which all its sessions expect; what was there before is kept beside it.
 *
 * @param replaces the entry of the same name and scope that has to go first; where it is ours, the new
 *   one is given our settings too
 * @returns names of variables that the new one is not given
 * @throws Cc2ccError E_STORE, E_UNSAFE, with what the client says
 */
export async function register(
  client: string,
  node: string,
  replaces: Registration | undefined,
): Promise<string[]> {
  const { state } = claudePlaces();
  keepBackup(state);
  if (replaces !== undefined) await unregister(client, replaces);
  const { kept, lost } = variablesOf(replaces);
  const env = kept.flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const args = ['mcp', 'add', '--scope', 'user', SERVER_NAME, ...env, '--', node, SHIM];
  const before = replaces && `What was registered before is in ${backupOf(state)}.`;
  assertDone(await runClient(client, args), registerLine(node), before);
  const { found } = readRegistrations();
  if (found.some(({ scope, whose }) => scope === 'user' && whose === 'this')) return lost;
  throw new Cc2ccError(
    'E_STORE',
    `claude has said that it registered cc2cc, but ${state} has it not.`,
    {
      hint: `Try it yourself: ${registerLine(node)}`,
    },
  );
}

/**
 * Takes one registration away.
 *
 * @throws Cc2ccError E_STORE, with what the client says, or where its project's folder is gone
 */
export async function unregister(client: string, registration: Registration): Promise<void> {
  const { scope, name, project, file } = registration;
  if (project !== undefined && !existsSync(project)) {
    throw new Cc2ccError('E_STORE', `${file} has ${name} for ${project}, a folder that is gone.`);
  }
  const args = ['mcp', 'remove', '--scope', scope, name];
  const where = project === undefined ? {} : { cwd: project };
  assertDone(await runClient(client, args, where), unregisterLine(registration));
}

/** Other words than settings of ours may be secrets, and arguments are for all users to see. */
function variablesOf(from: Registration | undefined): { kept: [string, string][]; lost: string[] } {
  const given = from === undefined || from.whose === 'foreign' ? [] : Object.entries(from.env);
  const isOurs = ([name]: [string, string]): boolean => OUR_VARIABLES.test(name);
  return {
    kept: given.filter(isOurs),
    lost: given.filter((one) => !isOurs(one)).map(([name]) => name),
  };
}

const OUR_VARIABLES = /^(?:CC2CC_[A-Z0-9_]+|SELF|BRIDGE_DIR|XDG_(?:STATE|CONFIG)_HOME)$/;

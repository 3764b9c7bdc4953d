import { userInfo } from 'node:os';
import { cardNames, readCard } from '../../mail/card.js';
import { currentName, registryOf } from '../../mail/directory.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { isName, NAME_RULE } from '../../protocol/names.js';
import { say } from './output.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The name under which a person or script speaks: as {@link givenName}, and where that agent has been
 * renamed, the name that it bears now. Answers go there, and its mail waits there.
 *
 * @throws Cc2ccError E_NAME for a name that breaks the rule
 */
export function ownName(root: string, asked: string | undefined, env: Env = process.env): string {
  const given = givenName(root, asked, env);
  const name = currentName(registryOf(root), given);
  if (name !== given) say(`${given} is called ${name} now.`);
  return name;
}

/**
 * The name that is asked for, that of the session in whose shell the command runs, `CC2CC_NAME`, else
 * the login name. The shell of a session inherits `CC2CC_NAME`, which is only what it wished.
 *
 * @throws Cc2ccError E_NAME for a name that breaks the rule
 */
export function givenName(root: string, asked: string | undefined, env: Env = process.env): string {
  const wished = asked ?? sessionName(root, env) ?? (env['CC2CC_NAME'] || env['SELF'] || undefined);
  if (wished === undefined) return loginName();
  if (isName(wished)) return wished;
  throw new Cc2ccError(
    'E_NAME',
    `"${wished.slice(0, 64)}" is not a possible name (${NAME_RULE}).`,
    { hint: 'Say who you are with --from or CC2CC_NAME.' },
  );
}

/** A shell of Claude Code knows the id of its session, and the agent's card has it too. */
function sessionName(root: string, env: Env): string | undefined {
  const id = env['CLAUDE_CODE_SESSION_ID'];
  if (!id) return undefined;
  return cardNames(root).find((name) => {
    const card = readCard(root, name);
    return card?.session_id === id && card.renamed_to === undefined;
  });
}

/** As much of the login name as a name can hold. */
function loginName(): string {
  let login = '';
  try {
    login = userInfo().username;
  } catch {
    // no such user in the system's list, as in some containers
  }
  const name = login
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 31);
  return isName(name) ? name : 'user';
}

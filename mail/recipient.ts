import { Cc2ccError } from '../protocol/errors.js';
import { isName, NAME_RULE, nearNames } from '../protocol/names.js';
import { currentName, isKnown, listedNames, type Registry } from './directory.js';

/**
 * The name that the agent bears now which a model has named.
 *
 * @throws Cc2ccError E_NAME for what cannot be a name
 */
export function namedAgent(registry: Registry, wanted: string): string {
  if (isName(wanted)) return currentName(registry, wanted);
  const cut = wanted.slice(0, 64);
  const [near] = nearNames(cut.trim(), listedNames(registry), 1);
  throw new Cc2ccError('E_NAME', `"${cut}" is not an agent name (${NAME_RULE}).`, {
    hint: near === undefined ? 'See list_agents.' : `Did you mean ${near}?`,
  });
}

/**
 * As {@link namedAgent}, of an agent that is or was here.
 *
 * @param from who names it
 * @throws Cc2ccError E_UNKNOWN_AGENT with the names that may have been meant
 */
export function knownAgent(registry: Registry, from: string, wanted: string): string {
  const name = namedAgent(registry, wanted);
  if (name === from || isKnown(registry, name)) return name;
  const others = listedNames(registry).filter((other) => other !== from);
  throw new Cc2ccError('E_UNKNOWN_AGENT', `Nobody here is or was called "${wanted}".`, {
    hint: whoElse(wanted, others),
  });
}

/**
 * Whom a letter goes to.
 *
 * @param isAnswer who wrote to us can be answered, also a script that never had a mailbox
 * @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT
 */
export function addressee(
  registry: Registry,
  from: string,
  wanted: string,
  isAnswer: boolean,
): string {
  const to = isAnswer ? namedAgent(registry, wanted) : knownAgent(registry, from, wanted);
  if (to === from) {
    throw new Cc2ccError('E_NAME', `You are ${from}: a message to yourself is not sent.`);
  }
  return to;
}

function whoElse(wanted: string, others: readonly string[]): string {
  if (others.length === 0) return 'No other agent has been here yet.';
  const near = nearNames(wanted, others);
  if (near.length > 0) return `Did you mean ${near.join(', ')}?`;
  return `Known: ${others.slice(0, 5).join(', ')}. See list_agents.`;
}

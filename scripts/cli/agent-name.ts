import { Cc2ccError } from '../../protocol/errors.js';
import type { Registry } from '../../mail/directory.js';
import { knownAgent } from '../../mail/recipient.js';

/**
 * The name that the agent bears now which a person has named.
 *
 * @throws Cc2ccError E_NAME, E_UNKNOWN_AGENT with the names that may have been meant
 */
export function agentNamed(registry: Registry, wanted: string): string {
  try {
    return knownAgent(registry, '', wanted);
  } catch (error) {
    throw inCommandWords(error);
  }
}

/** An error of those that models get too, in the words of the command line. */
export function inCommandWords(error: unknown): unknown {
  if (!(error instanceof Cc2ccError) || error.hint?.includes('list_agents') !== true) return error;
  const hint = error.hint.replace('list_agents', 'cc2cc agents --all');
  return new Cc2ccError(error.code, error.message, { hint, cause: error });
}

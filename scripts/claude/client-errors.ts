import { Cc2ccError } from '../../protocol/errors.js';
import { findClient, runProblem, type ClientRun } from './client.js';

/**
 * The `claude` program, for what only it can do.
 *
 * @param line does the same in a shell
 * @throws Cc2ccError E_STORE where there is none
 */
export function demandClient(line: string): string {
  const client = findClient();
  if (client !== undefined) return client;
  throw new Cc2ccError('E_STORE', 'There is no command claude.', {
    hint: `Where there is: ${line}`,
  });
}

/**
 * @param line does the same in a shell
 * @param more a sentence for those for whom it failed
 * @throws Cc2ccError E_STORE, with what the client says
 */
export function assertDone(run: ClientRun, line: string, more = ''): void {
  if (run.kind === 'ok') return;
  throw new Cc2ccError('E_STORE', `claude did not do it: ${runProblem(run)}.`, {
    hint: `${more === '' ? '' : `${more} `}Try it yourself: ${line}`,
  });
}

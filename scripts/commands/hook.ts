import { Command } from 'commander';
import { hook } from '../hook/main.js';

/** For the help, and for `cc2cc --option hook …`; hooks themselves do without the parser. */
export function command(): Command {
  return new Command('hook').argument('<event>').action(async (event: string) => {
    process.exitCode = await hook([event]);
  });
}
